import { join } from "node:path";
import type { FoldTruth } from "../../forecasting/evaluation/fold.ts";
import { applyBounds } from "../../forecasting/models/bounds.ts";
import { seriesCount } from "../../forecasting/panel/panel.ts";
import type { Candidate } from "../../forecasting/search/candidate.ts";
import type { FitOutcome } from "../../forecasting/search/search.ts";
import { joinModels } from "../workers/saved-model.ts";
import type { FitResult } from "../workers/task.ts";
import { cachedFit } from "./cached-fit.ts";
import { chunksOf, fitInChunks } from "./fit-chunks.ts";
import type { FitOptions } from "./fit-options.ts";
import { fitTask } from "./fit-task.ts";
import { mergeFits } from "./merge-fits.ts";
import type { TaskContext } from "./run-context.ts";

/**
 * Fits a candidate at the oldest of some origins and forecasts from each of them. Models of single series are spread
 * over all workers; identical work is answered from the cache. Rejects with TooDearError as soon as the rate of the
 * first tasks shows that the time does not suffice.
 */
export async function fitAtFolds(
  context: TaskContext,
  candidate: Candidate,
  folds: readonly FoldTruth[],
  options: FitOptions,
): Promise<FitOutcome & { readonly cached: boolean }> {
  const oldest = folds.reduce((a, b) => (a.stepsBack > b.stepsBack ? a : b));
  const later = folds.filter((fold) => fold !== oldest);
  const origins = { origin: oldest.index, later: later.map(({ index }) => index) };
  const chunks = chunksOf(candidate, Math.max(...folds.map(({ series }) => series.length)));
  const results = await fitInChunks(chunks, context.pool.size, options, (rows, signal) => {
    const task = fitTask(context, candidate, { ...origins, rows, seconds: options.seconds });
    return cachedFit(context, task, { ...options, signal });
  });
  const { forecast, later: newer, ...spent } = mergeFits(results.map(({ result }) => result));
  const forecasts = folds.map((fold) => (fold === oldest ? forecast : newer[later.indexOf(fold)]!));
  return { ...spent, forecasts, cached: results.every(({ cached }) => cached) };
}

/**
 * Fits a candidate on the whole history, saves it into `folder` and forecasts the future. Models of single series are
 * spread over all workers. Rejects with TooDearError as soon as their rate shows that they would take longer than
 * `options.seconds`.
 */
export async function fitFinally(
  context: TaskContext,
  candidate: Candidate,
  folder: string,
  options: FitOptions,
): Promise<FitResult> {
  const { pool, panel, settings } = context;
  const chunks = chunksOf(candidate, seriesCount(panel));
  const folders = chunks.map((_, index) => (chunks.length === 1 ? folder : join(folder, `part-${index + 1}`)));
  const results = await fitInChunks(chunks, pool.size, options, async (rows, signal) => {
    const work = { origin: "final", later: [], rows, seconds: options.seconds } as const;
    const saveTo = folders[chunks.indexOf(rows)]!;
    const task = { ...fitTask(context, candidate, work), saveTo };
    return { result: await pool.run(task, { ...options, signal }), cached: false };
  });
  if (chunks.length > 1) await joinModels(folders, folder);
  const result = mergeFits(results.map(({ result: part }) => part));
  return { ...result, forecast: applyBounds(result.forecast, settings.fit.bounds) };
}
