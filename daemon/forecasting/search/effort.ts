import type { Candidate } from "./candidate.ts";

/** How much longer than others a kind of model is worth waiting for: its share of the time while several are waiting. */
const efforts: Readonly<Record<string, number>> = {
  baseline: 0.05,
  intermittent: 0.1,
  linear: 1,
  boosting: 3,
  neural: 3,
  "auto-theta": 0.3,
  "auto-ets": 1,
  mstl: 1,
  "auto-arima": 2,
};

function effortOf({ model, family }: Pick<Candidate, "model" | "family">): number {
  return efforts[model] ?? efforts[family] ?? 1;
}

/** Whether a kind of model takes so little that it is tried on all origins at once, before the dear ones use the time up. */
export function isQuick(candidate: Pick<Candidate, "model" | "family">): boolean {
  return effortOf(candidate) <= 1;
}

/** Share of the time left that the first of some waiting candidates may use on so many workers. */
export function timeShare(waiting: readonly Pick<Candidate, "model" | "family">[], workers: number): number {
  const total = waiting.reduce((sum, candidate) => sum + effortOf(candidate), 0);
  return Math.min(largestShare, Math.max(leastShare, (1.5 * workers * effortOf(waiting[0]!)) / total));
}

/** Seconds that a candidate has even where its share is less: cheap ones are done within them, and a share of very little stops them all. */
export function leastSeconds(candidate: Pick<Candidate, "model" | "family">): number {
  return effortOf(candidate) < 1 ? 0.5 : 0;
}

/** Share of the time left that any candidate may use: cheap ones seldom do, and one that was stopped a moment early is lost. */
const leastShare = 0.08;

/** Share of the time left which one candidate may use. */
const largestShare = 0.5;
