import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { readExplanations } from "../daemon/runs/finished-run.ts";
import { simulateRetail } from "../examples/retail/demand.ts";
import { type BenchResult, type BenchRow, machineName } from "./result.ts";

const root = path.join(import.meta.dirname, "..");

/** Models whose attributions are compared with the simulator's truth; `ensemble` lets the search choose. */
const models = (process.env.ALMANAC_BENCH_MODELS ?? "boosting,linear,auto-arima,mlp").split(",");

/** The simulator's factors and the columns that carry each in the experiment. */
const factors: Readonly<Record<string, readonly string[]>> = {
  price: ["price"],
  promotion: ["promotion"],
  holiday: ["holiday", "holiday_eve"],
  temperature: ["temperature"],
  rain: ["rain"],
};

/** Per-row R² and rank order that the attributions have to reach. */
const wanted = { rank: 0.9, fit: 0.8 };

/**
 * Attributions of the retail example's 560 forecasts beside the true contributions that its simulator wrote. Effects are compared
 * within each series, around their mean: a Shapley value is relative to the average input, the truth to the list price.
 * `ratio` is R² (or the rank correlation) over the wanted one.
 */
export async function run(): Promise<BenchResult> {
  const rows: BenchRow[] = [];
  const truth = truthTable();
  for (const model of models) {
    const folder = mkdtempSync(path.join(os.tmpdir(), "almanac-explain-"));
    try {
      rows.push(...(await modelRows(model, folder, truth)));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return { name: "explain", machine: machineName(), rows, skipped: [] };
}

type Table = ReadonlyMap<string, Readonly<Record<string, number>>>;

/** True contributions of the forecast window by store, product and date. */
function truthTable(): Table {
  const { future } = simulateRetail();
  return new Map(
    future.map(({ store, product, date, contributions }) => [`${store.name}|${product.name}|${date}`, contributions]),
  );
}

async function modelRows(model: string, folder: string, truth: Table): Promise<BenchRow[]> {
  const started = performance.now();
  const parameters = [
    "bin/almanac.mjs",
    "run",
    "examples/retail/retail.forecast.yaml",
    "--models",
    model,
    "--budget",
    "300s",
  ];
  const { status, stderr } = spawnSync(process.execPath, [...parameters, "--out", folder, "--quiet"], {
    cwd: root,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`almanac run ended with ${status}: ${stderr}`);
  const seconds = Math.round((performance.now() - started) / 1000);
  const { forecasts } = await readExplanations(folder);
  const names = Object.keys(factors);
  const own = names.map((name) =>
    centred(forecasts, ({ contributions }) => sum(factors[name]!.map((column) => contributions[column] ?? 0))),
  );
  const real = names.map((name) =>
    centred(forecasts, ({ series, time }) => truth.get(`${series.store}|${series.product}|${time}`)![name]!),
  );
  const rank = spearman(own.map(size), real.map(size));
  return [
    ...names.map((factor, index): BenchRow => {
      const fit = explained(own[index]!, real[index]!);
      return {
        model,
        factor,
        meanAbs: size(own[index]!),
        truth: size(real[index]!),
        r2: fit,
        correlation: correlation(own[index]!, real[index]!),
        seconds,
        ratio: fit / wanted.fit,
      };
    }),
    { model, factor: "order of all", r2: Number.NaN, correlation: rank, seconds, ratio: rank / wanted.rank },
  ];
}

type Explained = Awaited<ReturnType<typeof readExplanations>>["forecasts"][number];

/** Values around the mean of their own series. */
function centred(forecasts: readonly Explained[], effectOf: (forecast: Explained) => number): number[] {
  const keys = forecasts.map(({ series }) => `${series.store}|${series.product}`);
  const values = forecasts.map(effectOf);
  const totals = new Map<string, { sum: number; count: number }>();
  keys.forEach((key, index) => {
    const total = totals.get(key) ?? { sum: 0, count: 0 };
    totals.set(key, { sum: total.sum + values[index]!, count: total.count + 1 });
  });
  return values.map((value, index) => value - totals.get(keys[index]!)!.sum / totals.get(keys[index]!)!.count);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function size(values: readonly number[]): number {
  return sum(values.map(Math.abs)) / values.length;
}

/** R²: share of the truth's variance that the attribution accounts for. */
function explained(own: readonly number[], real: readonly number[]): number {
  const residual = sum(own.map((value, index) => (value - real[index]!) ** 2));
  return 1 - residual / sum(real.map((value) => value * value));
}

function correlation(a: readonly number[], b: readonly number[]): number {
  return (
    sum(a.map((value, index) => value * b[index]!)) /
    Math.sqrt(sum(a.map((value) => value * value)) * sum(b.map((value) => value * value)))
  );
}

function spearman(a: readonly number[], b: readonly number[]): number {
  const ranks = (values: readonly number[]): number[] => {
    const order = values.map((_, index) => index).sort((x, y) => values[x]! - values[y]!);
    const middle = (values.length - 1) / 2;
    return values.map((_, index) => order.indexOf(index) - middle);
  };
  return correlation(ranks(a), ranks(b));
}
