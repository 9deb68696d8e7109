import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { almanac } from "./command.ts";

let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), "almanac-variable-"));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

// Port 1 is closed on every machine: the message shows that the address was taken, and the password stays out of it.
const env = { ALMANAC_DATABASE: "postgres://almanac:secret@127.0.0.1:1/almanac" };

test.each(["serve", "worker"])("`almanac %s` takes its database from the variable", async (command) => {
  const { code, stderr } = await almanac([command, "--home", home], { env });
  expect(stderr).toContain("The database cannot be opened");
  expect(stderr).not.toContain("secret");
  expect(code).toBe(1);
});

test("`almanac worker` without a database says which option is missing", async () => {
  const { code, stderr } = await almanac(["worker", "--home", home], { env: { ALMANAC_DATABASE: undefined } });
  expect(stderr).toContain("--database <url>");
  expect(code).not.toBe(0);
});
