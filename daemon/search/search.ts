import { AlmanacError } from "../../protocol/errors.ts";
import type { MetricName } from "../../protocol/experiment/schema.ts";
import { type FoldForecast, scoreBacktest, selectionScore } from "../evaluation/backtest.ts";
import type { FoldTruth } from "../evaluation/fold.ts";
import type { Forecast } from "../models/forecast.ts";
import type { Candidate } from "./candidate.ts";

/** What one fit and forecast at one origin gave. */
export interface FoldOutcome {
  readonly forecast: Forecast;
  readonly fitSeconds: number;
  readonly predictSeconds: number;
  readonly notes: readonly string[];
}

/** A candidate is too dear for the time that is left; `message` says so with figures. */
export class TooDearError extends Error {}

/** What the search asks of its surroundings. */
export interface SearchHost {
  readonly folds: readonly FoldTruth[];
  readonly metric: MetricName;
  /** Quantile levels that are scored. */
  readonly levels: readonly number[];
  /** Fits that may run at once. */
  readonly workers: number;
  /** Moment (performance.now() milliseconds) at which the search has to end. */
  readonly deadline: number;
  readonly signal: AbortSignal;
  /** Fits `candidate` at a fold within `seconds`; rejects with TooDearError where it cannot. */
  evaluate(candidate: Candidate, fold: number, seconds: number, signal: AbortSignal): Promise<FoldOutcome>;
  onStart(candidate: Candidate): void;
  onScore(trial: Trial): void;
  onEnd(trial: Trial): void;
}

/** What became of a candidate. */
export interface Trial {
  readonly candidate: Candidate;
  status: "tried" | "skipped" | "failed";
  reason?: string;
  /** Latest origin first; a candidate that was stopped early has fewer than the others. */
  parts: FoldForecast[];
  /** Selection metric on `parts`; infinite where there is none. */
  score: number;
  fitSeconds: number;
  predictSeconds: number;
  notes: readonly string[];
}

/** Candidates that are backtested on all origins: at most this many, and not worse than the best by more than this factor. */
const [mostSurvivors, worstFactor] = [10, 1.5];

/** A trial that took less than this share of the time that is left is backtested in full, whatever it scored: yardsticks are among them. */
const cheapShare = 0.01;

/** Share of the time that is left which one candidate may use. */
const largestShare = 0.5;

/**
 * Tries candidates within the time given: all of them on the latest origin, cheap ones first, then the better ones on the
 * others, the best one first (successive halving over windows, Jamieson and Talwalkar 2016). Whatever is done when the time
 * ends counts.
 */
export async function search(candidates: readonly Candidate[], host: SearchHost): Promise<Trial[]> {
  const trials = candidates.map(newTrial);
  const signal = AbortSignal.any([
    host.signal,
    AbortSignal.timeout(Math.max(1, Math.ceil(host.deadline - performance.now()))),
  ]);
  await inParallel(host.workers, trials, async (trial, index) => {
    host.onStart(trial.candidate);
    await extend(trial, 0, trials.length - index, host, signal);
    if (trial.status !== "tried") host.onEnd(trial);
  });
  for (const trial of survivors(trials, (host.deadline - performance.now()) / 1000)) {
    if (!affordable(trial, host)) continue;
    await inParallel(host.workers, host.folds.slice(1), (fold) => extend(trial, fold.index, 0, host, signal));
  }
  for (const trial of trials) {
    trial.parts.sort((a, b) => a.fold.index - b.fold.index);
    if (trial.status === "tried") host.onEnd(trial);
  }
  host.signal.throwIfAborted();
  return trials;
}

function newTrial(candidate: Candidate): Trial {
  return {
    candidate,
    status: "tried",
    parts: [],
    score: Number.POSITIVE_INFINITY,
    fitSeconds: 0,
    predictSeconds: 0,
    notes: [],
  };
}

/** Whether the time that is left suffices for all other origins, going by what the first one took. */
function affordable(trial: Trial, host: SearchHost): boolean {
  const left = (host.deadline - performance.now()) / 1000;
  return (secondsOf(trial) * (host.folds.length - 1)) / host.workers < left;
}

/**
 * Adds one origin to a trial within its share of the time (all of it where no other candidate is waiting); a failure on a
 * later origin keeps what the earlier ones gave.
 */
async function extend(
  trial: Trial,
  fold: number,
  waiting: number,
  host: SearchHost,
  signal: AbortSignal,
): Promise<void> {
  const left = (host.deadline - performance.now()) / 1000;
  const first = trial.parts.length === 0;
  try {
    if (left <= 0 || signal.aborted) throw new TooDearError("The budget ended before its turn.");
    const seconds = waiting === 0 ? left : left * Math.min(largestShare, (1.5 * host.workers) / waiting);
    const outcome = await host.evaluate(trial.candidate, fold, seconds, signal);
    trial.parts.push({ fold: host.folds[fold]!, forecast: outcome.forecast });
    trial.fitSeconds += outcome.fitSeconds;
    trial.predictSeconds += outcome.predictSeconds;
    if (first) trial.notes = outcome.notes;
    trial.score = selectionScore(scoreBacktest(trial.parts, host.levels), host.metric);
    if (!Number.isFinite(trial.score)) throw new TooDearError("It could not forecast any of the series.");
    host.onScore(trial);
  } catch (error) {
    host.signal.throwIfAborted();
    if (first) settle(trial, error, signal.aborted);
  }
}

function settle(trial: Trial, error: unknown, ended: boolean): void {
  const expected = error instanceof TooDearError;
  trial.status = expected || ended ? "skipped" : "failed";
  trial.reason = expected || !ended ? reasonOf(error) : "The budget ended while it was fitted.";
}

function reasonOf(error: unknown): string {
  if (error instanceof AlmanacError && error.fix !== undefined) return `${error.message} ${error.fix}`;
  return error instanceof Error ? error.message : String(error);
}

/** Trials that go on to the other origins: those that cost next to nothing first, then the good ones, best first. */
function survivors(trials: readonly Trial[], secondsLeft: number): Trial[] {
  const tried = trials.filter(({ status }) => status === "tried").sort((a, b) => a.score - b.score);
  const limit = (tried[0]?.score ?? 0) * worstFactor;
  const cheap = tried.filter((trial) => secondsOf(trial) < cheapShare * secondsLeft);
  const good = tried.filter(({ score }, index) => index < mostSurvivors && (score <= limit || index < 3));
  return [...cheap, ...good.filter((trial) => !cheap.includes(trial))];
}

function secondsOf({ fitSeconds, predictSeconds }: Trial): number {
  return fitSeconds + predictSeconds;
}

/** Works through a list in order, at most `lanes` at once. */
async function inParallel<T>(
  lanes: number,
  list: readonly T[],
  work: (item: T, index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < list.length) {
      const index = next++;
      await work(list[index]!, index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(lanes, list.length) }, lane));
}
