import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { FactsReader } from "../../extension/language/server/facts-reader.ts";
import type { DataFacts } from "../../protocol/facts.ts";

const program = join(import.meta.dirname, "../../daemon/training/facts/worker.ts");

let directory: string;
let reader: FactsReader;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "almanac-facts-"));
  const days = Array.from({ length: 20 }, (_, day) => `2026-01-${String(day + 1).padStart(2, "0")},${day % 7}`);
  writeFileSync(join(directory, "data.csv"), `date,units\n${days.join("\n")}\n`);
  reader = new FactsReader(program, process.execPath);
});
afterEach(() => {
  reader.close();
  rmSync(directory, { recursive: true, force: true });
});

const request = (source: string) => ({
  directory,
  sources: [source],
  time: "date",
  target: "units",
  steps: 2,
  series: [],
  known: [],
  observed: [],
  static: [],
});

test("tells of the columns first and of the series then, of several files at once", async () => {
  const told: DataFacts[] = [];
  const [facts, missing] = await Promise.all([
    reader.ask(request("data.csv"), (early) => told.push(early)),
    reader.ask(request("none.csv")),
  ]);
  expect(told.map(({ rows, panel }) => ({ rows, panel }))).toEqual([{ rows: 20, panel: undefined }]);
  expect(facts.panel).toMatchObject({ series: 1, longest: 20, frequency: "day" });
  expect(missing.trouble).toMatchObject({ code: "missing-file" });
});

test("a program that cannot be started is told as trouble with the data", async () => {
  const broken = new FactsReader(join(directory, "none.js"), process.execPath);
  const { trouble } = await broken.ask(request("data.csv"));
  expect(trouble?.message).toMatch(
    /^The data cannot be read: The program that reads data files ended early .*Cannot find/,
  );
  expect(trouble?.fix).toBe("See Almanac: Doctor.");
});
