import { createHash } from "node:crypto";
import { join } from "node:path";
import { deserialize, serialize } from "node:v8";
import type { FoldTruth } from "../../forecasting/evaluation/fold.ts";
import { applyBounds } from "../../forecasting/models/bounds.ts";
import { emptyForecast, type Forecast } from "../../forecasting/models/forecast.ts";
import { forecasterNamed } from "../../forecasting/models/registry.ts";
import type { Candidate } from "../../forecasting/search/candidate.ts";
import { type FitOutcome, TooDearError } from "../../forecasting/search/search.ts";
import type { RunSettings } from "../experiment/settings.ts";
import type { TaskCache } from "../files/task-cache.ts";
import { codeVersion } from "../telemetry/version.ts";
import { fitCheckpoint } from "../workers/fit-checkpoint.ts";
import { joinModels } from "../workers/saved-model.ts";
import type { FitResult, FitTask } from "../workers/task.ts";
import type { WorkerPool } from "../workers/worker-pool.ts";
import { secondsText } from "./budget-problems.ts";

/** What every fit of a run shares. */
export interface FitSurroundings {
  readonly pool: WorkerPool;
  readonly snapshot: string;
  /** Digest of the snapshot: part of the cache's keys. */
  readonly fingerprint: string;
  readonly settings: RunSettings;
  readonly cache: TaskCache;
  /** Folder in which fits under way keep their state. */
  readonly checkpoints: string;
  /** Seconds of the whole run: fits that stop by the clock differ under another budget. */
  readonly budgetSeconds: number;
}

export interface FitOptions {
  readonly seconds: number;
  readonly signal: AbortSignal;
  readonly onProgress: (fraction: number, loss?: number) => void;
  /** Where models are judged on a part of the series: how many there are in all, and the seconds for the fit on them. */
  readonly whole?: { readonly series: number; readonly seconds: number } | undefined;
}

/** Series a task of a local model holds at least: small enough to stop within seconds, large enough to outweigh the messages. */
const [seriesPerTask, seriesPerCheapTask] = [64, 512];

/** Effort of a search up to which a series takes next to no time. */
const cheapEffort = 0.1;

/** Tasks of a candidate at most: each has a message and a file of its own. */
const mostTasks = 200;

/** Shortest time between two checkpoints of a fit, in milliseconds. */
const intervalMs = 1000;

/**
 * Fits a candidate at the oldest of some origins and forecasts from each of them. Models of single series are spread over all workers; identical work is
 * answered from the cache. Rejects with TooDearError as soon as the rate of the first tasks shows that there is not the time.
 */
export async function fitAtFolds(
  candidate: Candidate,
  folds: readonly FoldTruth[],
  surroundings: FitSurroundings,
  options: FitOptions,
): Promise<FitOutcome & { readonly cached: boolean }> {
  const oldest = folds.reduce((a, b) => (a.stepsBack > b.stepsBack ? a : b));
  const later = folds.filter((fold) => fold !== oldest);
  const origins = { origin: oldest.index, later: later.map(({ index }) => index) };
  const chunks = chunksOf(candidate, Math.max(...folds.map(({ series }) => series.length)));
  const results = await inChunks(chunks, surroundings.pool.size, options, (rows, signal) => {
    const { key, task } = fitTask(candidate, origins, rows, surroundings, options.seconds);
    return cachedFit(key, task, surroundings, { ...options, signal });
  });
  const { forecast, later: newer, ...spent } = merge(results.map(({ result }) => result));
  const forecasts = folds.map((fold) => (fold === oldest ? forecast : newer[later.indexOf(fold)]!));
  return { ...spent, forecasts, cached: results.every(({ cached }) => cached) };
}

/** A task's result, and whether it was known from earlier. */
interface Done {
  readonly result: FitResult;
  readonly cached: boolean;
}

/**
 * Has all chunks of series worked on. Rejects with TooDearError as soon as the rate of those done shows that all would take longer than
 * `options.seconds`, or that a fit on every series of the panel would take longer than `options.whole` has.
 */
async function inChunks(
  chunks: readonly (readonly [number, number])[],
  workers: number,
  options: FitOptions,
  work: (rows: readonly [number, number], signal: AbortSignal) => Promise<Done>,
): Promise<Done[]> {
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  let done = 0;
  let series = 0;
  let seconds = 0;
  const watched = chunks.map(async (rows) => {
    const found = await work(rows, signal);
    if (chunks.length === 1) return found;
    done++;
    series += rows[1] - rows[0];
    seconds += found.result.fitSeconds + found.result.predictSeconds;
    options.onProgress(done / chunks.length);
    const spent = seconds / workers;
    const reason = spent < leastEvidence ? undefined : tooDear(spent / series, chunks.at(-1)![1], options);
    if (reason !== undefined && done < chunks.length) stop.abort(reason);
    return found;
  });
  return Promise.all(watched).catch((error: unknown) => {
    stop.abort(error);
    throw error;
  });
}

/** Why a model that takes `rate` seconds a series is too dear; undefined where it is not. */
function tooDear(rate: number, series: number, { seconds, whole }: FitOptions): TooDearError | undefined {
  if (rate * series > seconds * slack) {
    return new TooDearError(
      `It would take about ${secondsText(rate * series)} of its ${secondsText(seconds)} share of the budget.`,
    );
  }
  if (whole === undefined || rate * whole.series <= whole.seconds * slack) return undefined;
  return new TooDearError(
    `A fit on all ${whole.series} series would take about ${secondsText(rate * whole.series)}; the budget leaves ${secondsText(whole.seconds)} for that.`,
  );
}

/** Seconds of work after which a rate tells something: before, most of them are those of code that runs for the first time. */
const leastEvidence = 0.3;

/** How much longer than there is time a rate may promise: the first tasks of a worker are its slowest. */
const slack = 1.2;

function chunksOf({ model }: Candidate, series: number): (readonly [number, number])[] {
  const { capabilities } = forecasterNamed(model);
  if (capabilities.scope === "global") return [[0, series]];
  const chunks: [number, number][] = [];
  const least = capabilities.search.effort <= cheapEffort ? seriesPerCheapTask : seriesPerTask;
  const size = Math.max(least, Math.ceil(series / mostTasks));
  for (let from = 0; from < series; from += size) chunks.push([from, Math.min(series, from + size)]);
  return chunks;
}

/** A fit's task, and the key under which its result and its state are kept. */
function fitTask(
  { model, options }: Candidate,
  origins: Pick<FitTask, "origin" | "later">,
  rows: readonly [number, number],
  { snapshot, fingerprint, settings, checkpoints, budgetSeconds }: FitSurroundings,
  seconds: number,
): { key: string; task: FitTask } {
  const { plan, fit, devices } = settings;
  const work = { model, options, ...origins, plan, rows, settings: fit, devices };
  const key = keyOf(work, fingerprint, budgetSeconds);
  return {
    key,
    task: { kind: "fit", snapshot, ...work, seconds, checkpoint: { folder: checkpoints, key, intervalMs } },
  };
}

async function cachedFit(
  key: string,
  task: FitTask,
  { pool, cache }: FitSurroundings,
  options: FitOptions,
): Promise<Done> {
  const known = await cache.get(key);
  // SAFETY: the cache returns, checked by digest, what was put under this key below.
  if (known !== undefined) return { result: deserialize(known) as FitResult, cached: true };
  const result = await inTime(task.seconds, options, (own) => pool.run(task, own));
  const { bounds } = task.settings;
  const later = result.later.map((forecast) => applyBounds(forecast, bounds));
  const bounded = { ...result, forecast: applyBounds(result.forecast, bounds), later };
  await cache.put(key, serialize(bounded));
  await fitCheckpoint(task.checkpoint).remove();
  return { result: bounded, cached: false };
}

/** How much longer than its share of the time a fit may take, and seconds on top, before it is ended: those that keep to a deadline forecast after it. */
const [overrun, grace] = [1.5, 2];

/** Ends a fit that goes far beyond its seconds, with a TooDearError: one that does not look at the clock would take the time of all that wait. */
async function inTime<Result>(
  seconds: number,
  options: FitOptions,
  fit: (options: FitOptions & { readonly onStart: () => void }) => Promise<Result>,
): Promise<Result> {
  const late = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const onStart = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => late.abort(overdue(seconds)), 1000 * (overrun * seconds + grace));
  };
  try {
    return await fit({ ...options, signal: AbortSignal.any([options.signal, late.signal]), onStart });
  } finally {
    clearTimeout(timer);
  }
}

function overdue(seconds: number): TooDearError {
  return new TooDearError(
    `It had not ended after ${secondsText(overrun * seconds + grace)}; its share of the budget is ${secondsText(seconds)}.`,
  );
}

/** Names everything a fit's result depends on. */
function keyOf(
  work: Pick<FitTask, "model" | "options" | "origin" | "later" | "plan" | "rows" | "settings" | "devices">,
  fingerprint: string,
  budgetSeconds: number,
): string {
  const text = JSON.stringify({ code: codeVersion(), fingerprint, budgetSeconds, ...work });
  return createHash("sha256").update(text).digest("hex");
}

/** Results of all chunks as one. */
function merge(results: readonly FitResult[]): FitResult {
  const first = results[0]!;
  if (results.length === 1) return first;
  const total = (pick: (result: FitResult) => number): number => results.reduce((sum, result) => sum + pick(result), 0);
  return {
    forecast: stack(results.map(({ forecast }) => forecast)),
    later: first.later.map((_, i) => stack(results.map(({ later }) => later[i]!))),
    fitSeconds: total((result) => result.fitSeconds),
    predictSeconds: total((result) => result.predictSeconds),
    notes: [...new Set(results.flatMap(({ notes }) => notes))].slice(0, 20),
    warnings: [...new Set(results.flatMap(({ warnings }) => warnings))],
    device: first.device,
  };
}

/** Forecasts one below the other. */
function stack(parts: readonly Forecast[]): Forecast {
  const { horizon, levels } = parts[0]!;
  const forecast = emptyForecast(
    parts.reduce((sum, { series }) => sum + series, 0),
    horizon,
    levels,
  );
  let row = 0;
  for (const part of parts) {
    forecast.mean.set(part.mean, row * horizon);
    forecast.quantiles.set(part.quantiles, row * levels.length * horizon);
    row += part.series;
  }
  return forecast;
}

/**
 * Fits a candidate on the whole history, saves it into `saveTo` and forecasts the future. Models of single series are spread over all workers.
 * Rejects with TooDearError as soon as their rate shows that they would take longer than `seconds`.
 */
export async function fitFinally(
  candidate: Candidate,
  series: number,
  saveTo: string,
  surroundings: FitSurroundings,
  options: FitOptions,
): Promise<FitResult> {
  const { pool, settings } = surroundings;
  const chunks = chunksOf(candidate, series);
  const folders = chunks.map((_, index) => (chunks.length === 1 ? saveTo : join(saveTo, `part-${index + 1}`)));
  const results = await inChunks(chunks, pool.size, options, async (rows, signal) => {
    const { task } = fitTask(candidate, { origin: "final", later: [] }, rows, surroundings, options.seconds);
    const folder = folders[chunks.indexOf(rows)]!;
    return { result: await pool.run({ ...task, saveTo: folder }, { ...options, signal }), cached: false };
  });
  if (chunks.length > 1) await joinModels(folders, saveTo);
  const result = merge(results.map(({ result: part }) => part));
  return { ...result, forecast: applyBounds(result.forecast, settings.fit.bounds) };
}
