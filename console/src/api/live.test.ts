import { describe, expect, it, vi } from "vitest";

vi.mock("./session.ts", () => ({ openEvents: () => Promise.reject(new Error()) }));
const { parseEvents } = await import("./live.ts");

describe("the stream of events", () => {
  it("is read event by event, and what is not whole is kept", () => {
    const { events, rest } = parseEvents(
      'event: hello\nid: x-1\ndata: {}\n\n:\n\nevent: changes\nid: x-2\ndata: [["trusts"',
    );
    expect(events).toEqual([{ name: "hello", id: "x-1", data: "{}" }]);
    expect(rest).toContain("changes");
    expect(parseEvents(`${rest},"t-1"]]\n\n`).events).toEqual([
      { name: "changes", id: "x-2", data: '[["trusts","t-1"]]' },
    ]);
  });
});
