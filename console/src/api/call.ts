// The API, as every other client calls it, with a session in place of a
// signature.

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

const console_ = { "X-Entente-Console": "1" };

type Listener = () => void;
const signedOut = new Set<Listener>();

/** Calls f whenever an answer says that there is no session. */
export function onSignedOut(f: Listener): () => void {
  signedOut.add(f);
  return () => signedOut.delete(f);
}

async function send(path: string, init: RequestInit & { headers: Record<string, string> }): Promise<Response> {
  try {
    return await fetch(path, { ...init, headers: { ...console_, ...init.headers }, credentials: "same-origin" });
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

function failed(code: string, message: string, status: number): ApiError {
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
async function sendAgain(operation: string, path: string, init: Parameters<typeof send>[1]): Promise<Response> {
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
export function own<Out>(region: string, operation: string, input: object = {}): Promise<Out> {
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

export type Params = Record<string, string | number | boolean | undefined>;

/** Calls an action of EC2's query API and gives the answer's root element. */
export async function ec2(region: string, action: string, params: Params = {}): Promise<Element> {
  const form = new URLSearchParams({ Action: action, Version: "2016-11-15" });
  for (const [name, value] of Object.entries(params)) if (value !== undefined) form.set(name, String(value));
  const response = await sendAgain(action, "/", {
    method: "POST",
    headers: { "Content-Type": "application/x-www-form-urlencoded; charset=utf-8", "X-Entente-Region": region },
    body: form.toString(),
  });
  const root = parseXML(await response.text());
  if (response.ok && root) return root;
  throw failed(text(root, "Errors>Error>Code"), text(root, "Errors>Error>Message"), response.status);
}

interface TrustedTypes {
  createPolicy: (name: string, rules: { createHTML: (s: string) => string }) => { createHTML: (s: string) => string };
}

// The only place where text may be taken for markup: as XML that is read and
// never shown. The content security policy allows this name and no other.
const answers = (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes?.createPolicy("ec2-answers", {
  createHTML: (s) => s,
});

function parseXML(source: string): Element | null {
  const root = new DOMParser().parseFromString(answers?.createHTML(source) ?? source, "text/xml").documentElement;
  return root.querySelector("parsererror") ? null : root;
}

/** The text below e at a path of child elements, "" when there is none. */
export function text(e: Element | null, path: string): string {
  return child(e, path)?.textContent ?? "";
}

export function child(e: Element | null, path: string): Element | null {
  return path
    .split(">")
    .reduce<Element | null>(
      (at, name) => (at ? ([...at.children].find((c) => c.localName === name) ?? null) : null),
      e,
    );
}

/** The <item> elements below a list element. */
export function items(e: Element | null, path: string): Element[] {
  const list = child(e, path);
  return list ? [...list.children].filter((c) => c.localName === "item") : [];
}

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
