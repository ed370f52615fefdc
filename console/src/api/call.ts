// The API, as every other client calls it, with a session in place of a
// signature.

import type { Operations } from "./own.ts";

export class ApiError extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status: number) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/** The request did not reach the server, or no whole answer came back. */
class UnreachableError extends Error {
  constructor() {
    super("The server does not answer. What you entered is still here: try again when it does.");
  }
}

/** No form and no foreign page can send it along. */
const mark = { "X-Entente-Console": "1" };

type Listener = () => void;
const signedOut = new Set<Listener>();

/** Calls f whenever an answer says that there is no session. */
export function onSignedOut(f: Listener): () => void {
  signedOut.add(f);
  return () => signedOut.delete(f);
}

const patience = 30_000; // for a whole answer, of which the server makes each at once

export async function send(path: string, init: RequestInit & { headers: Record<string, string> }): Promise<Response> {
  const signal = init.signal ?? AbortSignal.timeout(patience);
  try {
    return await fetch(path, { ...init, headers: { ...mark, ...init.headers }, credentials: "same-origin", signal });
  } catch (e) {
    if (e instanceof DOMException && e.name === "AbortError") throw e;
    throw new UnreachableError();
  }
}

interface ErrorBody {
  __type?: string;
  Message?: string;
  message?: string;
}

/** The message without the request id that the service appends. */
function plainMessage(text: string): string {
  return text.replace(/(\s*:\s*RequestId:\s*[0-9a-f-]{36})+\s*$/i, "");
}

export function failed(code: string, message: string, status: number): ApiError {
  if (code === "ExpiredTokenException" || code === "RequestExpired") for (const f of signedOut) f();
  return new ApiError(code, plainMessage(message) || code, status);
}

type Target = "DirectoryService_20150416" | "Entente_20261123";

/** Operations that change nothing may be tried again. */
const reads = (operation: string) => /^(Describe|List|Get|Explain)/.test(operation);

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

/**
 * Sends, and for what only reads sends again: browsers drop every connection
 * when a network interface comes or goes, as they do on a host whose domain
 * controllers come and go.
 */
export async function sendAgain(operation: string, path: string, init: Parameters<typeof send>[1]): Promise<Response> {
  for (let tries = 0; ; tries++) {
    try {
      return await send(path, init);
    } catch (e) {
      if (!(e instanceof UnreachableError) || !reads(operation) || tries === 3) throw e;
      await pause(200 * 2 ** tries);
    }
  }
}

async function json<Out>(target: Target, region: string, operation: string, input: object): Promise<Out> {
  const response = await sendAgain(operation, "/", {
    method: "POST",
    headers: {
      "Content-Type": "application/x-amz-json-1.1",
      "X-Amz-Target": `${target}.${operation}`,
      "X-Entente-Region": region,
    },
    body: JSON.stringify(input),
  });
  let body: unknown;
  try {
    body = await response.json();
  } catch {
    throw new UnreachableError();
  }
  if (response.ok) return body as Out;
  const e = body as ErrorBody;
  throw failed((e.__type ?? "").replace(/^.*#/, ""), e.Message ?? e.message ?? "", response.status);
}

/** Calls an operation of AWS Directory Service. */
export function ds<Out>(region: string, operation: string, input: object = {}): Promise<Out> {
  return json("DirectoryService_20150416", region, operation, input);
}

/** Calls an operation that AWS has none for. */
export function own<Name extends keyof Operations & string>(
  region: string,
  operation: Name,
  input: Operations[Name]["Input"],
): Promise<Operations[Name]["Output"]> {
  return json("Entente_20261123", region, operation, input);
}

/** Follows NextToken until there is none. */
export async function dsAll<Item>(region: string, operation: string, input: object, member: string): Promise<Item[]> {
  const list: Item[] = [];
  let NextToken: string | undefined;
  do {
    const page = await ds<Record<string, unknown>>(region, operation, NextToken ? { ...input, NextToken } : input);
    list.push(...((page[member] as Item[] | undefined) ?? []));
    NextToken = page.NextToken as string | undefined;
  } while (NextToken);
  return list;
}
