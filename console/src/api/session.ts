// Who is signed in, and the stream of changes that a session may open.

import { ApiError, send } from "./call.ts";

export interface Session {
  AccessKeyId: string;
  Account: string;
  Description: string;
  ReadOnly: boolean;
}

async function session(method: string, body?: object): Promise<Response> {
  return send("/console/session", {
    method,
    headers: body ? { "Content-Type": "application/json" } : {},
    body: body ? JSON.stringify(body) : null,
  });
}

/** Who is signed in; null when nobody is. */
export async function whoAmI(): Promise<Session | null> {
  const response = await session("GET");
  return response.ok ? ((await response.json()) as Session) : null;
}

export async function signIn(id: string, secret: string): Promise<Session> {
  const response = await session("POST", { AccessKeyId: id, SecretAccessKey: secret });
  if (response.ok) return (await response.json()) as Session;
  const { Message } = (await response.json().catch(() => ({}))) as { Message?: string };
  throw new ApiError("SignIn", Message ?? "Signing in failed.", response.status);
}

export async function signOut(): Promise<void> {
  await session("DELETE");
}

/** Opens the stream of changes. */
export async function openEvents(lastEventId: string, signal: AbortSignal): Promise<Response> {
  return send("/console/events", {
    method: "GET",
    headers: lastEventId
      ? { "Last-Event-ID": lastEventId, Accept: "text/event-stream" }
      : { Accept: "text/event-stream" },
    signal,
  });
}
