import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readCsvPage } from "../../../daemon/server/api/csv-rows.ts";
import { csvLine } from "../../../daemon/training/outputs/csv.ts";

const folder = mkdtempSync(join(tmpdir(), "almanac-csv-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function written(text: string): string {
  const path = join(folder, "forecast.csv");
  writeFileSync(path, text);
  return path;
}

test("cells come back as a run wrote them, values as numbers", async () => {
  const names = ["007", 'a, "b"', "line\nbreak", "windows\r\nbreak", "Ünïcode", ""];
  const lines = names.map((name, index) => csvLine([name, "2026-01-01", index, Number.NaN, 1e-7, -2.5]));
  const path = written(csvLine(["shop", "date", "actual", "mean", "q0.1", "q1"]) + lines.join(""));
  const { columns, rows, next } = await readCsvPage(path, 0, 100);
  expect(columns).toEqual(["shop", "date", "actual", "mean", "q0.1", "q1"]);
  expect(rows).toEqual(names.map((name, index) => [name, "2026-01-01", index, null, 1e-7, -2.5]));
  expect(next).toBeNull();
});

test("pages follow each other without a gap, and the last one says so", async () => {
  const path = written(`mean\n${Array.from({ length: 7 }, (_, index) => `${index}\n`).join("")}`);
  const seen: unknown[] = [];
  const starts: number[] = [];
  for (let offset: number | null = 0; offset !== null; ) {
    starts.push(offset);
    const page = await readCsvPage(path, offset, 3);
    seen.push(...page.rows.flat());
    offset = page.next;
  }
  expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6]);
  expect(starts).toEqual([0, 3, 6]);
  expect(await readCsvPage(path, 4, 3)).toMatchObject({ rows: [[4], [5], [6]], next: null });
  expect(await readCsvPage(path, 9, 3)).toMatchObject({ columns: ["mean"], rows: [], next: null });
});

test("a file of no or blank lines has no rows", async () => {
  expect(await readCsvPage(written(""), 0, 10)).toEqual({ columns: [], rows: [], next: null });
  expect(await readCsvPage(written("mean\n\n1\n\n"), 0, 10)).toEqual({ columns: ["mean"], rows: [[1]], next: null });
});

test.for([
  ["a row that was cut off", "shop,date,mean\na,2026-01-01,1\nb,2026\n", { row: 2, column: "mean" }],
  ["a quotation mark that is never closed", 'shop,mean\na,1\n"b,2\nc,3\n', { row: 2, column: "shop" }],
  ["a value that is not a number", "shop,mean\na,1\nb,1\nc,x\n", { row: 3, column: "mean" }],
] as const)("%s is an error with its place", async ([, text, place]) => {
  const reading = readCsvPage(written(text), 0, 10);
  await expect(reading).rejects.toMatchObject({ ...place, code: "damaged-csv", file: "forecast.csv" });
  await expect(reading).rejects.toThrow(`row ${place.row}, column "${place.column}"`);
});

test("a quotation mark that is never closed does not read a large file into memory", async () => {
  const path = written(`shop,mean\n"${"b,2\n".repeat(400_000)}`);
  await expect(readCsvPage(path, 0, 10)).rejects.toThrow(/row 1/);
});

test("a file that is not there is an error of the system", async () => {
  await expect(readCsvPage(join(folder, "none.csv"), 0, 10)).rejects.toMatchObject({ code: "ENOENT" });
});
