import { forecasterNamed } from "../../forecasting/models/registry.ts";
import type { Candidate } from "../../forecasting/search/candidate.ts";
import { TooDearError } from "../../forecasting/search/search.ts";
import type { FitResult } from "../workers/task.ts";
import { secondsText } from "./budget-problems.ts";
import type { FitOptions } from "./fit-options.ts";

/** Rows of a panel, from the first to before the last. */
export type Chunk = readonly [number, number];

/** The result of one chunk, and whether it was known from earlier. */
export interface ChunkFit {
  readonly result: FitResult;
  readonly cached: boolean;
}

/**
 * Series that a task of a local model holds at least: few enough to stop within seconds, enough to outweigh the
 * messages.
 */
const [seriesPerTask, seriesPerCheapTask] = [64, 512];

/** Effort of a search up to which a series takes next to no time. */
const cheapEffort = 0.1;

/** Tasks of a candidate at most: each has a message and a file of its own. */
const mostTasks = 200;

/**
 * Divides the series for a candidate's tasks: one chunk for a model of all series, several for one of single series.
 */
export function chunksOf({ model }: Candidate, series: number): Chunk[] {
  const { capabilities } = forecasterNamed(model);
  if (capabilities.scope === "global") return [[0, series]];
  const chunks: Chunk[] = [];
  const least = capabilities.search.effort <= cheapEffort ? seriesPerCheapTask : seriesPerTask;
  const size = Math.max(least, Math.ceil(series / mostTasks));
  for (let from = 0; from < series; from += size) chunks.push([from, Math.min(series, from + size)]);
  return chunks;
}

/**
 * Seconds of work after which a rate means something: before, most of them are those of code that runs for the first
 * time.
 */
const leastEvidence = 0.3;

/** How much longer than the time allows a rate may promise: the first tasks of a worker are its slowest. */
const slack = 1.2;

/**
 * Fits all chunks of series. Rejects with TooDearError as soon as the rate of those done shows that all would take
 * longer than `options.seconds`, or that a fit on every series of the panel would take longer than `options.whole` has.
 */
export async function fitInChunks(
  chunks: readonly Chunk[],
  workers: number,
  options: FitOptions,
  fit: (rows: Chunk, signal: AbortSignal) => Promise<ChunkFit>,
): Promise<ChunkFit[]> {
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  let done = 0;
  let series = 0;
  let seconds = 0;
  const watched = chunks.map(async (rows) => {
    const found = await fit(rows, signal);
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

/** Why a model that takes `rate` seconds a series is too slow; undefined if it is not. */
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
