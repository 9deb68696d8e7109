import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readExplanations } from "../../daemon/runs/finished-run.ts";
import { almanac } from "./command.ts";

const horizon = 4;

const repeat = (length: number, value: (index: number) => number): number[] =>
  Array.from({ length }, (_, i) => value(i));
const weekly = (index: number): number => 10 + 5 * Math.sin((2 * Math.PI * index) / 7) + ((index * 31) % 11) / 5;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "almanac-test-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs an experiment on the given series within a tiny budget; gives what it wrote, a list of numbers a forecast row. */
async function run(name: string, series: Readonly<Record<string, readonly number[]>>, budget = "5s", bounds?: string) {
  const day = (index: number): string => new Date(Date.UTC(2021, 0, 1 + index)).toISOString().slice(0, 10);
  const rows = Object.entries(series).flatMap(([id, values]) => values.map((value, i) => `${day(i)},${id},${value}`));
  await writeFile(join(folder, `${name}.csv`), `date,id,y\n${rows.join("\n")}\n`);
  const experiment = `experiment: ${name}
data: {source: ${name}.csv, time: date, series: [id], target: y, frequency: day}
forecast: {horizon: ${horizon}${bounds === undefined ? "" : `, ${bounds}`}}
search: {budget: ${budget}, preset: fast}
`;
  await writeFile(join(folder, `${name}.forecast.yaml`), experiment);
  const out = join(folder, name);
  const { code, stderr } = await almanac(["run", join(folder, `${name}.forecast.yaml`), "--out", out]);
  expect(code, stderr).toBe(0);
  const csv = (await readFile(join(out, "forecast.csv"), "utf8")).trim().split("\n").slice(1);
  const cells = csv.map((line) => line.split(","));
  return { out, stderr, ids: cells.map(([id]) => id), values: cells.map((row) => row.slice(2)) };
}

describe("almanac run with a tiny budget", () => {
  test("one series of five points: a forecast near them, and word that nothing judged it", async () => {
    const { stderr, values } = await run("five", { a: [3, 5, 4, 6, 5] });
    expect(stderr).toContain("No series is long enough for a backtest");
    expect(values).toHaveLength(horizon);
    for (const [mean] of values) {
      expect(Number(mean)).toBeGreaterThan(2);
      expect(Number(mean)).toBeLessThan(8);
    }
  }, 60_000);

  test("a slip of the pen and a bound that cannot be meant: forecasts near the other values, and a word on each", async () => {
    const { stderr, values } = await run("slip", { a: repeat(120, (i) => (i === 90 ? 1e7 : weekly(i))) });
    expect(stderr).toContain("1 value of y lies so far beyond all others");
    for (const row of values) {
      expect(Math.min(...row.map(Number))).toBeGreaterThan(0);
      expect(Math.max(...row.map(Number))).toBeLessThan(25);
    }
    const negative = await run("bound", { a: repeat(60, (i) => -weekly(i)) }, "5s", "minimum: 0");
    expect(negative.stderr).toContain("100 % of the values of y lie below forecast.minimum");
  }, 60_000);

  test("series that never change go on as they are, zeros among them", async () => {
    const series = { a: repeat(100, () => 7), b: repeat(40, () => 0), c: [0], d: [5] };
    const { ids, values } = await run("constant", series);
    expect(values).toHaveLength(4 * horizon);
    const expected: Readonly<Record<string, number>> = { a: 7, b: 0, c: 0, d: 5 };
    ids.forEach((id, row) => {
      expect(Number(values[row]![0]), id).toBeCloseTo(expected[id!]!, 1);
    });
  }, 60_000);

  test("zeros alone are forecast as zero", async () => {
    const { values } = await run("zeros", { a: repeat(100, () => 0), b: repeat(40, () => 0) });
    expect(values).toHaveLength(2 * horizon);
    for (const row of values) for (const value of row) expect(Number(value)).toBeCloseTo(0, 6);
  }, 60_000);

  test("lengths from 1 to 1000: every series has a whole forecast of plausible size", async () => {
    const lengths = [1, 2, 3, 5, 10, 30, 100, 300, 1000];
    const series = Object.fromEntries(lengths.map((length) => [`n${length}`, repeat(length, weekly)]));
    const { ids, values } = await run("mixed", series);
    for (const length of lengths) expect(ids.filter((id) => id === `n${length}`)).toHaveLength(horizon);
    for (const row of values) {
      for (const value of row) {
        expect(value).not.toBe("");
        expect(Math.abs(Number(value))).toBeLessThan(60);
      }
    }
  }, 60_000);

  test("a budget of a second: a forecast of every series, and explanations of some at least", async () => {
    const series = Object.fromEntries(repeat(60, (i) => i).map((id) => [`s${id}`, repeat(80, (i) => weekly(i) + id)]));
    const { out, stderr, ids } = await run("second", series, "1s");
    expect(new Set(ids).size).toBe(60);
    const { forecasts } = await readExplanations(out);
    const explained = new Set(forecasts.map((forecast) => forecast.series.id)).size;
    expect(explained).toBeGreaterThanOrEqual(5);
    if (explained < 60) expect(stderr).toContain(`${explained} of 60 series are explained`);
  }, 60_000);
});
