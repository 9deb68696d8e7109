import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { Reader } from "../../../daemon/training/data/reader.ts";
import { readExperiment } from "../../../daemon/training/experiment/read-experiment.ts";
import * as settings from "../../../daemon/training/experiment/settings.ts";
import { forecastCsv } from "../../../daemon/training/outputs/forecast-csv.ts";
import { runExperiment } from "../../../daemon/training/pipeline/run-experiment.ts";
import { readExplanations } from "../../../daemon/training/trained-model/finished-run.ts";
import { predictWithModel } from "../../../daemon/training/trained-model/predict.ts";
import { WorkerPool } from "../../../daemon/training/workers/worker-pool.ts";
import { leaderboardRowSchema } from "../../../protocol/report.ts";

vi.mock(import("../../../daemon/training/experiment/settings.ts"), { spy: true });

const horizon = 4;

const repeat = (length: number, value: (index: number) => number): number[] =>
  Array.from({ length }, (_, i) => value(i));
const weekly = (index: number): number => 10 + 5 * Math.sin((2 * Math.PI * index) / 7) + ((index * 31) % 11) / 5;

const { signal } = new AbortController();
const pool = new WorkerPool({ workers: 1 });
const reader = new Reader({ keep: true });
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "almanac-test-"));
});

afterAll(async () => {
  pool.close();
  reader.close();
  await rm(folder, { recursive: true, force: true });
});

/** Settings of an experiment that differ from those of most tests here. */
interface Choice {
  readonly budget?: string;
  readonly steps?: number;
  readonly bounds?: string;
  readonly search?: string;
}

/** Runs an experiment on the given series (NaN: no value); gives what it wrote, a list of numbers a forecast row. */
async function run(name: string, series: Readonly<Record<string, readonly number[]>>, choice: Choice = {}) {
  const {
    budget = "10 hours",
    steps = horizon,
    bounds,
    search = "models: [seasonal-naive, auto-theta, auto-ets, linear, boosting]",
  } = choice;
  const day = (index: number): string => new Date(Date.UTC(2021, 0, 1 + index)).toISOString().slice(0, 10);
  const rows = Object.entries(series).flatMap(([id, values]) =>
    values.map((value, i) => `${day(i)},${id},${Number.isNaN(value) ? "" : value}`),
  );
  await writeFile(join(folder, `${name}.csv`), `date,id,y\n${rows.join("\n")}\n`);
  const experiment = `experiment: ${name}
data: {source: ${name}.csv, time: date, series: [id], target: y, frequency: day}
forecast: {horizon: ${steps}${bounds === undefined ? "" : `, ${bounds}`}}
search: {budget: ${budget}, ${search}}
`;
  await writeFile(join(folder, `${name}.forecast.yaml`), experiment);
  const out = join(folder, name);
  const result = await runExperiment(await readExperiment(join(folder, `${name}.forecast.yaml`)), {
    out,
    workers: 1,
    devices: ["cpu"],
    signal,
    onEvent: () => undefined,
    processes: { pool, reader },
  });
  const csv = (await readFile(join(out, "forecast.csv"), "utf8")).trim().split("\n").slice(1);
  const cells = csv.map((line) => line.split(","));
  return {
    out,
    warnings: result.warnings.map(({ message }) => message).join("\n"),
    ids: cells.map(([id]) => id),
    days: cells.map((row) => row[1]),
    values: cells.map((row) => row.slice(2)),
  };
}

describe("a run on odd data", () => {
  test("one series of five points: a forecast near them, and word that nothing judged it", async () => {
    const { warnings, values } = await run("five", { a: [3, 5, 4, 6, 5] });
    expect(warnings).toContain("No series is long enough for a backtest");
    expect(values).toHaveLength(horizon);
    for (const [mean] of values) {
      expect(Number(mean)).toBeGreaterThan(2);
      expect(Number(mean)).toBeLessThan(8);
    }
  });

  test("a slip of the pen and a bound that cannot be meant: forecasts near the other values, and a word on each", async () => {
    const { warnings, values } = await run("slip", { a: repeat(120, (i) => (i === 90 ? 1e7 : weekly(i))) });
    expect(warnings).toContain("1 value of y lies so far beyond all others");
    for (const row of values) {
      expect(Math.min(...row.map(Number))).toBeGreaterThan(0);
      expect(Math.max(...row.map(Number))).toBeLessThan(25);
    }
    const negative = await run("bound", { a: repeat(60, (i) => -weekly(i)) }, { bounds: "minimum: 0" });
    expect(negative.warnings).toContain("100 % of the values of y lie below forecast.minimum");
  });

  test("series that never change go on as they are, zeros among them", async () => {
    const series = { a: repeat(100, () => 7), b: repeat(40, () => 0), c: [0], d: [5] };
    const { ids, values } = await run("constant", series);
    expect(values).toHaveLength(4 * horizon);
    const expected: Readonly<Record<string, number>> = { a: 7, b: 0, c: 0, d: 5 };
    ids.forEach((id, row) => {
      expect(Number(values[row]![0]), id).toBeCloseTo(expected[id!]!, 1);
    });
  });

  test("zeros alone are forecast as zero", async () => {
    const { values } = await run("zeros", { a: repeat(100, () => 0), b: repeat(40, () => 0) });
    expect(values).toHaveLength(2 * horizon);
    for (const row of values) for (const value of row) expect(Number(value)).toBeCloseTo(0, 6);
  });

  test("lengths from 1 to 1000: every series has a whole forecast of plausible size", async () => {
    const lengths = [1, 2, 3, 5, 10, 30, 100, 300, 1000];
    const series = Object.fromEntries(lengths.map((length) => [`n${length}`, repeat(length, weekly)]));
    const { ids, values } = await run("mixed", series, { search: "models: [seasonal-naive, auto-theta, linear]" });
    for (const length of lengths) expect(ids.filter((id) => id === `n${length}`)).toHaveLength(horizon);
    for (const row of values) {
      for (const value of row) {
        expect(value).not.toBe("");
        expect(Math.abs(Number(value))).toBeLessThan(60);
      }
    }
  });

  test("a single row: its value goes on, and word that nothing judged it", async () => {
    const { warnings, values } = await run("one-row", { a: [12] });
    expect(warnings).toContain("No series is long enough for a backtest");
    expect(values).toHaveLength(horizon);
    for (const [mean] of values) expect(Number(mean)).toBeCloseTo(12, 1);
  });

  test("a horizon longer than the history: a whole forecast of plausible size", async () => {
    const { warnings, values } = await run("far", { a: repeat(20, weekly) }, { steps: 40 });
    expect(warnings).toContain("No series is long enough for a backtest");
    expect(values).toHaveLength(40);
    for (const [mean] of values) expect(Math.abs(Number(mean))).toBeLessThan(60);
  });

  test("series that end at different times: each is forecast from its own end", async () => {
    const { ids, days, values } = await run("ends", { early: repeat(60, weekly), late: repeat(100, weekly) });
    expect(days[ids.indexOf("early")]).toBe("2021-03-02");
    expect(days[ids.indexOf("late")]).toBe("2021-04-11");
    for (const [mean] of values) expect(Math.abs(Number(mean) - 11)).toBeLessThan(10);
  });

  test("one giant outlier, of one series: it does not rule its forecast, nor those of the others", async () => {
    const outlier = repeat(120, weekly).map((value, i) => (i === 60 ? 1e9 : value));
    const { ids, values } = await run("outlier", { a: outlier, b: repeat(120, weekly), c: repeat(120, weekly) });
    ids.forEach((id, row) => {
      const mean = Number(values[row]![0]);
      expect(Number.isFinite(mean)).toBe(true);
      if (id !== "a") expect(Math.abs(mean - 11)).toBeLessThan(10);
      else expect(Math.abs(mean - 11)).toBeLessThan(100);
    });
  });

  test("a series of missing values alone has the forecast of a typical other one", async () => {
    const others = { a: repeat(60, weekly), b: repeat(60, (i) => weekly(i) + 1) };
    const { warnings, ids, values } = await run("missing", { ...others, none: repeat(60, () => Number.NaN) });
    expect(warnings).toContain("1 of 3 series (such as none) have no target value");
    expect(ids.filter((id) => id === "none")).toHaveLength(horizon);
    for (const [mean] of values) expect(Math.abs(Number(mean) - 11)).toBeLessThan(10);
  });

  test("negative values stay negative", async () => {
    const { values } = await run("negative", {
      a: repeat(100, (i) => -100 - weekly(i)),
      b: repeat(100, (i) => weekly(i) - 11),
    });
    values.slice(0, horizon).forEach(([mean]) => {
      expect(Math.abs(Number(mean) + 111)).toBeLessThan(10);
    });
    expect(values.slice(horizon).some(([mean]) => Number(mean) < 0)).toBe(true);
  });

  test("a budget of a second: a forecast of every series, and explanations of some at least", async () => {
    const series = Object.fromEntries(repeat(60, (i) => i).map((id) => [`s${id}`, repeat(80, (i) => weekly(i) + id)]));
    const { out, warnings, ids } = await run("second", series, { budget: "1s" });
    expect(new Set(ids).size).toBe(60);
    const { forecasts } = await readExplanations(out);
    const explained = new Set(forecasts.map((forecast) => forecast.series.id)).size;
    expect(explained).toBeGreaterThanOrEqual(5);
    if (explained < 60) expect(warnings).toContain(`${explained} of 60 series are explained`);
  });
});

test("hundreds of series: judged on a part of them, told so, and all of them are forecast by a model that can be used again", async () => {
  const { resolveSettings } = settings;
  const sample = { most: 600, seed: 1 };
  vi.mocked(resolveSettings).mockImplementationOnce((...input) => {
    const resolved = resolveSettings(...input);
    return { ...resolved, plan: { ...resolved.plan, sample } };
  });
  const level = (id: number): number => 20 + (id % 50);
  const series = Object.fromEntries(
    repeat(700, (id) => id).map((id) => [`s${id}`, repeat(24, (i) => level(id) + 6 * Math.sin((2 * Math.PI * i) / 7))]),
  );
  const { out, warnings, ids, values } = await run("many", series, { search: "models: [seasonal-naive, auto-theta]" });
  expect(warnings).toContain("Models are judged on 600 of the 700 series");
  expect(new Set(ids).size).toBe(700);
  ids.forEach((id, row) => {
    expect(Math.abs(Number(values[row]![0]) - level(Number(id!.slice(1)))), id).toBeLessThan(10);
  });
  const board = z.array(leaderboardRowSchema).parse(JSON.parse(await readFile(join(out, "leaderboard.json"), "utf8")));
  expect(board[0]!.score).toBeLessThan(1);
  expect(board.find(({ model }) => model === "seasonal-naive")!.notes).toContain("Judged on 600 of 700 series.");
  const { manifest, data, forecast } = await predictWithModel(out, { workers: 1, signal });
  const again = forecastCsv(data.panel, forecast, manifest.experiment.data.time, manifest.settings.gap);
  expect([...again].join("")).toBe(await readFile(join(out, "forecast.csv"), "utf8"));
});
