import { deserialize, serialize } from "node:v8";
import { applyBounds } from "../../forecasting/models/bounds.ts";
import { TooDearError } from "../../forecasting/search/search.ts";
import { fitCheckpoint } from "../workers/fit-checkpoint.ts";
import type { FitResult, FitTask } from "../workers/task.ts";
import { secondsText } from "./budget-problems.ts";
import type { ChunkFit } from "./fit-chunks.ts";
import type { FitOptions } from "./fit-options.ts";
import type { TaskContext } from "./run-context.ts";

/** The result of a fit, within the bounds of the forecast: from the cache if the same fit was done before. */
export async function cachedFit(
  { pool, cache }: Pick<TaskContext, "pool" | "cache">,
  task: FitTask,
  options: FitOptions,
): Promise<ChunkFit> {
  const { key } = task.checkpoint;
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

/**
 * How much longer than its share of the time a fit may take, and seconds on top, before it is ended: fits that keep to
 * a deadline forecast after it.
 */
const [overrun, grace] = [1.5, 2];

/**
 * Ends a fit that takes far longer than its seconds, with a TooDearError, so that it does not take the time of all
 * others.
 */
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
