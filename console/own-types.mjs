// Makes src/api/own.ts of src/api/own.schema.json, which awsapi's tests make of
// the server's code. With --check nothing is written: it fails when own.ts is
// not what the schema says.
import console from "node:console";
import { readFile, writeFile } from "node:fs/promises";
import process from "node:process";
import { URL } from "node:url";
import { compileFromFile } from "json-schema-to-typescript";

const made = new URL("src/api/own.ts", import.meta.url);

const text = await compileFromFile(new URL("src/api/own.schema.json", import.meta.url).pathname, {
  bannerComment: "// Generated from own.schema.json by own-types.mjs. Times are seconds since 1970.",
  additionalProperties: false,
  unreachableDefinitions: true,
  style: { printWidth: 120 },
});

if (!process.argv.includes("--check")) {
  await writeFile(made, text);
} else if ((await readFile(made, "utf8").catch(() => "")) !== text) {
  console.error("src/api/own.ts is not what own.schema.json says: run scripts/console.sh types");
  process.exit(1);
}
