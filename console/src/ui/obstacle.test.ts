import { beforeEach, expect, test, vi } from "vitest";
import type { Directory } from "../api/types.ts";

const where = { region: "us-east-1", session: { ReadOnly: false } };
vi.mock("../context.ts", () => ({ useWhere: () => where }));
const { useObstacle } = await import("./obstacle.ts");

const directory = (stage: string) =>
  ({ Stage: stage, RegionsInfo: { PrimaryRegion: "us-east-1" } }) as unknown as Directory;

beforeEach(() => Object.assign(where, { region: "us-east-1", session: { ReadOnly: false } }));

test.each([
  ["Active", ""],
  ["Impaired", ""],
  ["RestoreFailed", ""],
  ["Restoring", "The directory is Restoring."],
])("a directory that is %s takes changes or not, as the API says", (stage, why) => {
  expect(useObstacle(directory(stage))).toBe(why);
});

test("what may be done at any stage is not barred by it, but by all else", () => {
  const needs = { primary: true, anyStage: true };
  expect(useObstacle(directory("Inoperable"), needs)).toBe("");
  where.region = "eu-west-1";
  expect(useObstacle(directory("Inoperable"), needs)).toBe("This is done in the primary Region, us-east-1.");
  where.session = { ReadOnly: true };
  expect(useObstacle(directory("Inoperable"), needs)).toBe("Your access key is read-only.");
});
