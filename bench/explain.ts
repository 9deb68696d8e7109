import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { WhatIf } from "../daemon/server/deployments/what-if.ts";
import { readExplanations } from "../daemon/training/trained-model/finished-run.ts";
import { simulateRetail } from "../examples/retail/demand.ts";
import { treeShapSeconds, treeShapTask } from "./boosting.ts";
import { type BenchResult, type BenchRow, machineName } from "./result.ts";

const root = path.join(import.meta.dirname, "..");

/** Models whose attributions are compared with the simulator's truth; `ALMANAC_BENCH_MODELS=boosting,linear,mlp` for others. */
const models = (process.env.ALMANAC_BENCH_MODELS ?? "boosting").split(",");

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

/** Seconds that an answer may take. */
const limits = { treeShap: 10, explain: 1, whatIf: 0.3 };

/**
 * Attributions of the retail example's 560 forecasts beside the true contributions that its simulator wrote, and how long answers
 * take. Effects are compared within each series, around their mean: a Shapley value is relative to the average input, the truth to
 * the list price. `ratio` is R² (or the rank correlation) over the wanted one, and the allowed time over the time taken.
 */
export async function run(): Promise<BenchResult> {
  const rows: BenchRow[] = [];
  const treeSeconds = await treeShapSeconds();
  rows.push({ model: "trees", factor: treeShapTask, seconds: treeSeconds, ratio: limits.treeShap / treeSeconds });
  for (const model of models) {
    const folder = mkdtempSync(path.join(os.tmpdir(), "almanac-explain-"));
    try {
      const seconds = train(model, folder);
      rows.push(...truthRows(model, await comparison(folder), seconds), ...(await answerRows(model, folder)));
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

/** Runs the retail example with one model; returns the seconds it took. */
function train(model: string, folder: string): number {
  const started = performance.now();
  const parameters = ["bin/almanac.mjs", "run", "examples/retail/retail.forecast.yaml", "--models", model];
  const { status, stderr } = spawnSync(
    process.execPath,
    [...parameters, "--budget", "120s", "--out", folder, "--quiet"],
    {
      cwd: root,
      encoding: "utf8",
    },
  );
  if (status !== 0) throw new Error(`almanac run ended with ${status}: ${stderr}`);
  return Math.round((performance.now() - started) / 1000);
}

/** What a model and the simulator say of one factor, a value each forecast, around the mean of its series. */
export interface FactorTruth {
  readonly factor: string;
  readonly own: readonly number[];
  readonly real: readonly number[];
  /** R²: share of the truth's variance that the attribution accounts for. */
  readonly fit: number;
}

/** A run's attributions beside the truth, factor by factor. */
export async function comparison(folder: string): Promise<FactorTruth[]> {
  const truth = truthTable();
  const { forecasts } = await readExplanations(folder);
  return Object.entries(factors).map(([factor, columns]) => {
    const own = centred(forecasts, ({ contributions }) => sum(columns.map((column) => contributions[column] ?? 0)));
    const real = centred(
      forecasts,
      ({ series, time }) => truth.get(`${series.store}|${series.product}|${time}`)![factor]!,
    );
    return { factor, own, real, fit: explained(own, real) };
  });
}

function truthRows(model: string, found: readonly FactorTruth[], seconds: number): BenchRow[] {
  const rank = spearman(
    found.map(({ own }) => size(own)),
    found.map(({ real }) => size(real)),
  );
  return [
    ...found.map(({ factor, own, real, fit }): BenchRow => {
      return {
        model,
        factor,
        meanAbs: size(own),
        truth: size(real),
        r2: fit,
        correlation: correlation(own, real),
        seconds,
        ratio: fit / wanted.fit,
      };
    }),
    { model, factor: "order of all", r2: Number.NaN, correlation: rank, seconds, ratio: rank / wanted.rank },
  ];
}

/** Median seconds of answers about one series by the process that holds the model. */
async function answerRows(model: string, folder: string): Promise<BenchRow[]> {
  const whatIf = new WhatIf();
  try {
    const here = { series: 3, everywhere: false, where: {} };
    const change = (value: number) => ({ covariate: "price", operation: "multiply" as const, value });
    const promotion = { covariate: "promotion", operation: "set" as const, value: 1 };
    await whatIf.ask(folder, "forecast", { ...here, scenarios: [[]] });
    const asked = await median((round) =>
      whatIf.ask(folder, "forecast", { ...here, scenarios: [[change(0.9 - round / 1000)]] }),
    );
    const both = await median((round) =>
      whatIf.ask(folder, "forecast", { ...here, scenarios: [[change(0.9 - round / 1000), promotion]] }),
    );
    const lone = await median(() => whatIf.ask(folder, "explain", { series: 3, lags: false, samples: 64 }));
    return [
      { model, factor: "what-if, price", seconds: asked, ratio: limits.whatIf / asked },
      { model, factor: "what-if, price and promotion", seconds: both, ratio: limits.whatIf / both },
      { model, factor: "explain the 28 forecasts of a series", seconds: lone, ratio: limits.explain / lone },
    ];
  } finally {
    whatIf.close();
  }
}

async function median(ask: (round: number) => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < 11; round++) {
    const started = performance.now();
    await ask(round);
    times.push((performance.now() - started) / 1000);
  }
  return times.sort((a, b) => a - b)[5]!;
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
