import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FileLister } from "../../../daemon/training/files/file-lister.ts";

let folder: string;
const lister = new FileLister();
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "almanac-list-"));
  mkdirSync(join(folder, "sales"));
  for (const name of ["b.csv", "a.csv", "[1].csv", "note.txt"]) writeFileSync(join(folder, "sales", name), "");
  writeFileSync(join(folder, `${"a".repeat(46)}.csv`), "");
});
afterAll(() => {
  lister.close();
  rmSync(folder, { recursive: true, force: true });
});

test.each<[string, string, string[]]>([
  ["a name", "sales/a.csv", ["a.csv"]],
  ["a name that is a pattern too", "sales/[1].csv", ["[1].csv"]],
  ["a name without a file", "sales/c.csv", []],
  ["a pattern", "sales/*.csv", ["[1].csv", "a.csv", "b.csv"]],
  ["a pattern over folders", "**/?.csv", ["a.csv", "b.csv"]],
  ["a pattern that nothing matches", "sales/*.parquet", []],
])("%s is listed", async (_, source, names) => {
  expect(await lister.list(join(folder, source))).toEqual(names.map((name) => join(folder, "sales", name)));
});

test("a pattern that takes exponential time is given up, and the next is listed", async () => {
  // This pattern does not end within the age of the universe, so the limit is not a matter of speed.
  const impatient = new FileLister({ longestMs: 200 });
  await expect(impatient.list(join(folder, `${"*a".repeat(30)}b`))).rejects.toMatchObject({
    code: "slow-pattern",
    message: expect.stringContaining("were not found within 0.2 seconds"),
  });
  impatient.close();
  const patient = new FileLister({ longestMs: 600_000 });
  expect(await patient.list(join(folder, "sales/?.csv"))).toHaveLength(2);
  patient.close();
});

test("a pattern that matches too many files is refused", async () => {
  const many = join(folder, "many");
  mkdirSync(many);
  for (let index = 0; index <= 1_000; index++) writeFileSync(join(many, `${index}.csv`), "");
  await expect(lister.list(join(many, "*.csv"))).rejects.toMatchObject({ code: "too-many-files" });
  rmSync(join(many, "0.csv"));
  expect(await lister.list(join(many, "*.csv"))).toHaveLength(1_000);
});
