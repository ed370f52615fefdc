import { expect, test } from "vitest";
import { allowedValues, checkAlias, checkCertificate, checkLogGroup, checkTopic } from "./rules.ts";

test.each(["corp", "Corp-1", "a", "a--b", "9lives"])("%s may be an alias", (alias) => {
  expect(checkAlias(alias)).toBe("");
});

test.each(["", "-a", "a-", "d-0123456789", "D-team", "a.b", "ä", "a".repeat(63)])("%j may not be an alias", (alias) => {
  expect(checkAlias(alias)).not.toBe("");
});

test("a private key is not sent to be registered", () => {
  const key = "-----BEGIN EC PRIVATE KEY-----\nMHc=\n-----END EC PRIVATE KEY-----\n";
  const certificate = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
  expect(checkCertificate(certificate)).toBe("");
  expect(checkCertificate(certificate + key)).toMatch(/private key/);
  expect(checkCertificate("MIIB")).toMatch(/BEGIN CERTIFICATE/);
});

test("names of topics and log groups", () => {
  expect(checkTopic("stages_1-a")).toBe("");
  expect(checkTopic("a b")).not.toBe("");
  expect(checkLogGroup("/aws/ds/corp.example.com-#1")).toBe("");
  expect(checkLogGroup("a*")).not.toBe("");
});

test("what a setting may be is a list, or said as it is", () => {
  expect(allowedValues('["Enable","Disable"]')).toEqual(["Enable", "Disable"]);
  expect(allowedValues('{"min":1}')).toEqual([]);
  expect(allowedValues("a number")).toEqual([]);
});
