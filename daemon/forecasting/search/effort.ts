import type { SearchRole } from "../models/search-role.ts";

type Effort = Pick<SearchRole, "effort">;

/** Whether a kind of model takes so little that it is tried on all origins at once, before the dear ones use the time up. */
export function isQuick({ effort }: Effort): boolean {
  return effort <= 1;
}

/** Share of the time left that a candidate may use on so many workers, beside all that are waiting, itself among them. */
export function timeShare(own: Effort, waiting: readonly Effort[], workers: number): number {
  const total = waiting.reduce((sum, { effort }) => sum + effort, 0);
  return Math.min(largestShare, Math.max(leastShare, (1.5 * workers * own.effort) / total));
}

/** Seconds that a candidate has even where its share is less: cheap ones are done within them, and a share of very little stops them all. */
export function leastSeconds({ effort }: Effort): number {
  return effort < 1 ? 0.5 : 0;
}

/** Share of the time left that any candidate may use: cheap ones seldom do, and one that was stopped a moment early is lost. */
const leastShare = 0.08;

/** Share of the time left which one candidate may use. */
const largestShare = 0.5;
