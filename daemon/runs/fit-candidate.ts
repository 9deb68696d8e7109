import { createHash } from "node:crypto";
import { deserialize, serialize } from "node:v8";
import type { FoldTruth } from "../evaluation/fold.ts";
import { applyBounds } from "../models/bounds.ts";
import { emptyForecast, type Forecast } from "../models/forecast.ts";
import { forecasterNamed } from "../models/registry.ts";
import type { Candidate } from "../search/candidate.ts";
import { type FoldOutcome, TooDearError } from "../search/search.ts";
import type { TaskCache } from "../store/task-cache.ts";
import { fitCheckpoint } from "./fit-checkpoint.ts";
import type { RunSettings } from "./settings.ts";
import type { FitResult, FitTask } from "./task.ts";
import { codeVersion } from "./version.ts";
import type { WorkerPool } from "./worker-pool.ts";

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
}

/** Series a task of a local model holds: small enough to stop within seconds, large enough to outweigh the messages. */
const seriesPerTask = 64;

/** Shortest time between two checkpoints of a fit, in milliseconds. */
const intervalMs = 1000;

/**
 * Fits a candidate at one origin and forecasts. Models of single series are spread over all workers; identical work is
 * answered from the cache. Rejects with TooDearError as soon as the rate of the first tasks shows that it would take longer
 * than `seconds`.
 */
export async function fitAtFold(
  candidate: Candidate,
  fold: FoldTruth,
  surroundings: FitSurroundings,
  options: FitOptions,
): Promise<FoldOutcome & { readonly cached: boolean }> {
  const chunks = chunksOf(candidate, fold.series.length);
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  let done = 0;
  let spent = 0;
  const work = chunks.map(async (rows) => {
    const { key, task } = fitTask(candidate, fold.index, rows, surroundings, options.seconds);
    const result = await cachedFit(key, task, surroundings, { ...options, signal });
    done++;
    spent += result.result.fitSeconds + result.result.predictSeconds;
    if (chunks.length > 1) {
      options.onProgress(done / chunks.length);
      const projected = (spent * chunks.length) / done / surroundings.pool.size;
      if (projected > options.seconds * 1.2 && done < chunks.length) stop.abort(tooDear(projected, options.seconds));
    }
    return result;
  });
  const results = await Promise.all(work).catch((error: unknown) => {
    stop.abort(error);
    throw error;
  });
  return { ...merge(results.map(({ result }) => result)), cached: results.every(({ cached }) => cached) };
}

function tooDear(projected: number, seconds: number): TooDearError {
  return new TooDearError(
    `It would take about ${projected.toFixed(0)} s of its ${seconds.toFixed(0)} s share of the budget.`,
  );
}

function chunksOf({ model }: Candidate, series: number): (readonly [number, number])[] {
  if (forecasterNamed(model).capabilities.scope === "global") return [[0, series]];
  const chunks: [number, number][] = [];
  for (let from = 0; from < series; from += seriesPerTask) chunks.push([from, Math.min(series, from + seriesPerTask)]);
  return chunks;
}

/** A fit's task, and the key under which its result and its state are kept. */
function fitTask(
  { model, options }: Candidate,
  origin: number | "final",
  rows: readonly [number, number],
  { snapshot, fingerprint, settings, checkpoints, budgetSeconds }: FitSurroundings,
  seconds: number,
): { key: string; task: FitTask } {
  const { plan, fit, devices } = settings;
  const work = { model, options, origin, plan, rows, settings: fit, devices };
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
): Promise<{ result: FitResult; cached: boolean }> {
  const known = await cache.get(key);
  // SAFETY: the cache returns, checked by digest, what was put under this key below.
  if (known !== undefined) return { result: deserialize(known) as FitResult, cached: true };
  const result = await pool.run(task, options);
  const bounded = { ...result, forecast: applyBounds(result.forecast, task.settings.bounds) };
  await cache.put(key, serialize(bounded));
  await fitCheckpoint(task.checkpoint).remove();
  return { result: bounded, cached: false };
}

/** Names everything a fit's result depends on. */
function keyOf(
  work: Pick<FitTask, "model" | "options" | "origin" | "plan" | "rows" | "settings" | "devices">,
  fingerprint: string,
  budgetSeconds: number,
): string {
  const text = JSON.stringify({ code: codeVersion(), fingerprint, budgetSeconds, ...work });
  return createHash("sha256").update(text).digest("hex");
}

function merge(results: readonly FitResult[]): FoldOutcome {
  const first = results[0]!;
  if (results.length === 1) return first;
  const { horizon, levels } = first.forecast;
  const series = results.reduce((sum, { forecast }) => sum + forecast.series, 0);
  const forecast: Forecast = emptyForecast(series, horizon, levels);
  let row = 0;
  for (const part of results) {
    forecast.mean.set(part.forecast.mean, row * horizon);
    forecast.quantiles.set(part.forecast.quantiles, row * levels.length * horizon);
    row += part.forecast.series;
  }
  const total = (pick: (result: FitResult) => number): number => results.reduce((sum, result) => sum + pick(result), 0);
  return {
    forecast,
    fitSeconds: total((result) => result.fitSeconds),
    predictSeconds: total((result) => result.predictSeconds),
    notes: [...new Set(results.flatMap(({ notes }) => notes))].slice(0, 20),
    warnings: [...new Set(results.flatMap(({ warnings }) => warnings))],
    device: first.device,
  };
}

/** Fits a candidate on the whole history, saves it into `saveTo` and forecasts the future. */
export async function fitFinally(
  candidate: Candidate,
  series: number,
  saveTo: string,
  surroundings: FitSurroundings,
  options: FitOptions,
): Promise<FitResult> {
  const { task } = fitTask(candidate, "final", [0, series], surroundings, options.seconds);
  const result = await surroundings.pool.run({ ...task, saveTo }, options);
  return { ...result, forecast: applyBounds(result.forecast, task.settings.bounds) };
}
