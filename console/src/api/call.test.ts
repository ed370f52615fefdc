import { afterEach, expect, test, vi } from "vitest";
import { ds } from "./call.ts";

afterEach(() => vi.restoreAllMocks());

/** A server that takes a request and never answers. */
function silence() {
  const waits = new AbortController();
  vi.spyOn(AbortSignal, "timeout").mockReturnValue(waits.signal);
  vi.spyOn(globalThis, "fetch").mockImplementation(
    (_, init) =>
      new Promise((_, reject) =>
        init?.signal?.addEventListener("abort", () => {
          reject(init.signal?.reason as Error);
        }),
      ),
  );
  return () => {
    waits.abort(new DOMException("", "TimeoutError"));
  };
}

test("who is never answered is told so", async () => {
  const end = silence();
  const asked = ds("us-east-1", "CreateTrust", {});
  end();
  await expect(asked).rejects.toThrow("The server does not answer.");
});
