// What changes on the server, as it changes: one stream of events, resumed
// after a break, with polling while there is none.

import { openEvents, whoAmI } from "./session.ts";

/** How fresh the page is. */
export interface Freshness {
  state: "connecting" | "live" | "polling" | "lost" | "off";
  /** When the server last said something. */
  heard: Date | null;
  /** How often the server was started anew while the page was open. */
  restarts: number;
}

/** The nouns of which something has changed, "all" among them for every one. */
type Nouns = readonly string[];

let freshness: Freshness = { state: "connecting", heard: null, restarts: 0 };
const watchers = new Set<() => void>();
const readers = new Set<(nouns: Nouns) => void>();

export const subscribeFreshness = (f: () => void) => {
  watchers.add(f);
  return () => watchers.delete(f);
};
export const currentFreshness = () => freshness;

/** Calls f with every change until the result is called. */
export function onChanges(f: (nouns: Nouns) => void): () => void {
  readers.add(f);
  return () => readers.delete(f);
}

function set(next: Partial<Freshness>) {
  freshness = { ...freshness, ...next };
  for (const f of watchers) f();
}

function tell(nouns: Nouns) {
  for (const f of readers) f(nouns);
}

interface StreamEvent {
  name: string;
  id: string;
  data: string;
}

/** Splits a stream's text into events; what is not whole yet is left over. */
export function parseEvents(buffer: string): { events: StreamEvent[]; rest: string } {
  const blocks = buffer.split("\n\n");
  const rest = blocks.pop() ?? "";
  const events = blocks
    .map((block) => {
      const e: StreamEvent = { name: "message", id: "", data: "" };
      for (const line of block.split("\n")) {
        const colon = line.indexOf(":");
        const value = line.slice(colon + 1).replace(/^ /, "");
        if (line.startsWith("event:")) e.name = value;
        else if (line.startsWith("id:")) e.id = value;
        else if (line.startsWith("data:")) e.data += value;
      }
      return e;
    })
    .filter((e) => e.data !== "");
  return { events, rest };
}

const greeting = 5_000; // the server says "hello" at once, unless a proxy holds it back
const silence = 25_000; // and something every 10 s
const pollEvery = 3_000;

let lastId = "";
let life = "";
let running: AbortController | null = null;
let failures = 0;

function take(e: StreamEvent) {
  const data: unknown = JSON.parse(e.data);
  if (e.name === "changes") {
    tell(data as Nouns);
  } else {
    const now = (data as { life?: string }).life ?? life;
    const restarted = life !== "" && now !== life;
    life = now;
    // A first "hello" too: what was asked before it may have changed since.
    if (e.name === "all" || lastId === "") tell(["all"]);
    if (restarted) set({ restarts: freshness.restarts + 1 });
  }
  lastId = e.id;
}

async function read(abort: AbortController): Promise<"signed out" | "refused" | "ended"> {
  const patience = (ms: number) => setTimeout(() => abort.abort(), ms);
  let timer = patience(greeting);
  try {
    const response = await openEvents(lastId, abort.signal);
    if (response.status === 401) return "signed out";
    const stream = response.headers.get("Content-Type")?.startsWith("text/event-stream");
    if (!response.ok || !stream || !response.body) return "refused";
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let buffer = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return "ended";
      clearTimeout(timer);
      timer = patience(silence);
      failures = 0;
      if (freshness.state !== "live") set({ state: "live", heard: new Date() });
      const { events, rest } = parseEvents(buffer + value);
      buffer = rest;
      events.forEach(take);
      freshness.heard = new Date(); // nobody is to draw anew for this
    }
  } finally {
    clearTimeout(timer);
  }
}

/** Whether the server is there, although its stream is not. */
const answers = () =>
  whoAmI().then(
    () => true,
    () => false,
  );

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** Keeps the stream open until stop; when signed out, calls ended. */
export function startLive(ended: () => void): () => void {
  let stopped = false;
  set({ state: "connecting" });
  const visible = () => document.visibilityState !== "hidden";
  const run = async () => {
    while (!stopped) {
      if (!visible()) {
        // Browsers allow few connections to one server: a page that nobody
        // sees leaves its own to others.
        await pause(500);
        continue;
      }
      const abort = new AbortController();
      running = abort;
      let outcome: string;
      try {
        outcome = await read(abort);
      } catch {
        outcome = "broken";
      }
      if (stopped) return;
      if (outcome === "signed out") {
        ended();
        return;
      }
      if (!visible()) continue;
      failures++;
      // One break is mended before anybody need hear of it.
      if (outcome === "refused" || failures > 1) {
        if (await answers()) set({ state: "polling", heard: new Date() });
        else set({ state: "lost" });
      }
      await pause(outcome === "refused" ? pollEvery : Math.min(300 * 2 ** Math.min(failures, 4), pollEvery));
    }
  };
  // While there is no stream, everything is asked for from time to time.
  const poll = setInterval(() => {
    if (freshness.state === "polling" && visible()) tell(["all"]);
  }, pollEvery);
  const hide = () => {
    if (!visible()) running?.abort();
  };
  document.addEventListener("visibilitychange", hide);
  void run();
  return () => {
    stopped = true;
    running?.abort();
    clearInterval(poll);
    document.removeEventListener("visibilitychange", hide);
    lastId = "";
    set({ state: "off" });
  };
}
