import { AlmanacError } from "../../../protocol/errors.ts";
import type { MetricName } from "../../../protocol/experiment/schema.ts";
import { type FoldForecast, scoreBacktest, selectionScore } from "../evaluation/backtest.ts";
import type { FoldTruth } from "../evaluation/fold.ts";
import type { Forecast } from "../models/forecast.ts";
import type { Device } from "../models/forecaster.ts";
import type { SearchRole } from "../models/search-role.ts";
import type { Candidate } from "./candidate.ts";
import { isQuick, leastSeconds, timeShare } from "./effort.ts";
import type { Proposal } from "./refinement.ts";
import type { Steering } from "./steering.ts";

/** What one fit gave: a forecast from each origin that was asked for. */
export interface FitOutcome {
  readonly forecasts: readonly Forecast[];
  readonly fitSeconds: number;
  readonly predictSeconds: number;
  readonly notes: readonly string[];
  /** What went wrong and was got over. */
  readonly warnings: readonly string[];
  /** Where the model was trained. */
  readonly device: Device;
}

/** A candidate is too dear for the time that is left; `message` says so with figures. */
export class TooDearError extends Error {}

/** What a search needs to know of its run, and asks it to do. */
export interface SearchHost {
  readonly folds: readonly FoldTruth[];
  /** What a candidate's kind of model declares to searches. */
  readonly roleOf: (candidate: Candidate) => Pick<SearchRole, "baseline" | "effort">;
  /** Whether one fit of a candidate, at the oldest origin, serves all of them. */
  oneFit(candidate: Candidate): boolean;
  readonly metric: MetricName;
  /** Quantile levels that are scored. */
  readonly levels: readonly number[];
  /** Fits that may run at once. */
  readonly workers: number;
  /** Moment (performance.now() milliseconds) at which the search has to end. */
  readonly deadline: number;
  /** Aborts at the deadline. */
  readonly timeUp: AbortSignal;
  readonly signal: AbortSignal;
  /** Further candidates for the time that is left once all were tried; undefined where there are none. */
  propose(trials: readonly Trial[]): Proposal | undefined;
  /** What the user wants of single candidates meanwhile. */
  readonly steering: Steering;
  /** Fits `candidate` at the oldest of some folds within `seconds` and forecasts at each; rejects with TooDearError where it cannot. */
  evaluate(candidate: Candidate, folds: readonly number[], seconds: number, signal: AbortSignal): Promise<FitOutcome>;
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
  /** Fits that were done: one an origin, or one for all. */
  fits: number;
  fitSeconds: number;
  predictSeconds: number;
  notes: readonly string[];
  device: Device;
}

/** Candidates that are backtested on all origins: at most this many, and not worse than the best by more than this factor. */
const [mostSurvivors, worstFactor] = [10, 1.5];

/** Seconds that must be left for quick kinds to be tried on all origins at once: with fewer, as many kinds as there is time for are tried on one. */
const leastForAll = 3;

function secondsLeft({ deadline }: Pick<SearchHost, "deadline">): number {
  return (deadline - performance.now()) / 1000;
}

/**
 * Tries candidates within the time given: all of them on the latest origin in the order given, then the better
 * ones on the others, the best one first (successive halving over windows, Jamieson and Talwalkar 2016). Quick kinds, and candidates of which one
 * fit serves all origins, are tried on all of them at once. Then come proposals of other hyperparameters. Whatever is done when the time ends counts. A candidate that is paused leaves its place to the others; the search waits for it at most until the time ends.
 */
export async function search(candidates: readonly Candidate[], host: SearchHost): Promise<Trial[]> {
  const trials = candidates.map(newTrial);
  const all = host.folds.map(({ index }) => index);
  const firstOf = (candidate: Candidate): readonly number[] => (host.oneFit(candidate) ? all : [0]);
  const signal = AbortSignal.any([host.signal, host.timeUp]);
  const stopCancelling = cancelOnWish(trials, host);
  try {
    await inParallel(host.workers, trials, async (trial, index) => {
      if (trial.status !== "tried") return undefined;
      host.onStart(trial.candidate);
      const role = host.roleOf(trial.candidate);
      const share = timeShare(role, candidates.slice(index).map(host.roleOf), host.workers);
      // One that was held while it went on has its first origin.
      const isNew = trial.parts.length === 0;
      const held = isNew ? await extend(trial, firstOf(trial.candidate), share, host, signal) : undefined;
      const goesOn = held === undefined && trial.status === "tried" && isQuick(role);
      return goesOn && secondsLeft(host) > leastForAll && affordable(trial, host)
        ? extendToAll(trial, host, signal)
        : held;
    });
    await inParallel(1, survivors(trials, host), async (trial) =>
      affordable(trial, host) ? extendToAll(trial, host, signal) : undefined,
    );
    await Promise.all(Array.from({ length: host.workers }, () => refine(trials, firstOf, host, signal)));
  } finally {
    stopCancelling();
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
    fits: 0,
    fitSeconds: 0,
    predictSeconds: 0,
    notes: [],
    device: "cpu",
  };
}

/** Ends trials as their candidates are cancelled, those cancelled before among them; returns how to stop. */
function cancelOnWish(trials: readonly Trial[], host: SearchHost): () => void {
  const look = (): void => {
    for (const trial of trials) {
      if (trial.status === "tried" && host.steering.wishFor(trial.candidate.id) === "cancel") {
        end(trial, "skipped", "Cancelled.", host);
      }
    }
  };
  look();
  return host.steering.listen(look);
}

function end(trial: Trial, status: "skipped" | "failed", reason: string, host: SearchHost): void {
  trial.status = status;
  trial.reason = reason;
  host.onEnd(trial);
}

/** A trial that cannot go on now: it is taken up again once `until` resolves. */
interface Held {
  readonly until: Promise<void>;
}

/** Adds the origins that a trial lacks. */
async function extendToAll(trial: Trial, host: SearchHost, signal: AbortSignal): Promise<Held | undefined> {
  const known = new Set(trial.parts.map(({ fold }) => fold.index));
  let held: Held | undefined;
  await inParallel(
    host.workers,
    host.folds.slice(1).filter(({ index }) => !known.has(index)),
    async (fold) => {
      held = (await extend(trial, [fold.index], 1, host, signal)) ?? held;
      return undefined;
    },
  );
  return held;
}

/** Tries proposals one after the other for as long as there is time, those that do well on the latest origin on all of them. */
async function refine(
  trials: Trial[],
  firstOf: (candidate: Candidate) => readonly number[],
  host: SearchHost,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    const proposal = host.propose(trials);
    const left = secondsLeft(host);
    if (proposal === undefined || (secondsOf(proposal.from) / proposal.from.fits) * slack > left) return;
    const trial = newTrial(proposal.candidate);
    trials.push(trial);
    host.onStart(trial.candidate);
    await extend(trial, firstOf(trial.candidate), 1, host, signal);
    if (trial.status !== "tried") continue;
    const known = new Set(trial.parts.map(({ fold }) => fold.index));
    const before = proposal.from.parts.filter(({ fold }) => known.has(fold.index));
    const limit = selectionScore(scoreBacktest(before, host.levels), host.metric);
    if (trial.score < limit && affordable(trial, host)) await extendToAll(trial, host, signal);
  }
}

/** How much longer than the one it comes from a proposal may take. */
const slack = 1.5;

/** Whether the time that is left suffices for the origins that a trial lacks, going by what the others took. */
function affordable(trial: Trial, host: SearchHost): boolean {
  const left = secondsLeft(host);
  return (secondsOf(trial) * (host.folds.length - trial.parts.length)) / host.workers < left * Math.max(1, trial.fits);
}

/**
 * Adds origins to a trial within a share of the time that is left; a failure on a
 * later origin keeps what the earlier ones gave. A trial whose candidate is paused is handed back as held.
 */
async function extend(
  trial: Trial,
  folds: readonly number[],
  share: number,
  host: SearchHost,
  signal: AbortSignal,
): Promise<Held | undefined> {
  const left = secondsLeft(host);
  const first = trial.parts.length === 0;
  const { id } = trial.candidate;
  const halted = host.steering.halted(id);
  try {
    if (left <= 0 || signal.aborted) throw new TooDearError(outOfTime(host.steering.wishFor(id) === "pause"));
    halted.throwIfAborted();
    const seconds = Math.max(share * left, Math.min(leastSeconds(host.roleOf(trial.candidate)), left));
    const outcome = await host.evaluate(trial.candidate, folds, seconds, AbortSignal.any([signal, halted]));
    if (trial.status !== "tried") return undefined;
    trial.parts.push(...outcome.forecasts.map((forecast, i) => ({ fold: host.folds[folds[i]!]!, forecast })));
    trial.fits++;
    trial.fitSeconds += outcome.fitSeconds;
    trial.predictSeconds += outcome.predictSeconds;
    if (first) trial.notes = outcome.notes;
    if (outcome.device !== "cpu") trial.device = outcome.device;
    trial.score = selectionScore(scoreBacktest(trial.parts, host.levels), host.metric);
    if (!Number.isFinite(trial.score)) throw new TooDearError("It could not forecast any of the series.");
    host.onScore(trial);
  } catch (error) {
    host.signal.throwIfAborted();
    if (trial.status !== "tried") return undefined;
    if (halted.aborted && !signal.aborted) return { until: host.steering.released(id, signal) };
    if (first) settle(trial, error, signal.aborted, host);
  }
  return undefined;
}

function outOfTime(paused: boolean): string {
  return paused ? "It was paused until the budget ended." : "The budget ended before its turn.";
}

function settle(trial: Trial, error: unknown, ended: boolean, host: SearchHost): void {
  const expected = error instanceof TooDearError;
  const reason = expected || !ended ? reasonOf(error) : "The budget ended while it was fitted.";
  end(trial, expected || ended ? "skipped" : "failed", reason, host);
}

function reasonOf(error: unknown): string {
  if (error instanceof AlmanacError && error.fix !== undefined) return `${error.message} ${error.fix}`;
  return error instanceof Error ? error.message : String(error);
}

/**
 * Trials that go on to the other origins: the yardsticks, which cost next to nothing, then the good ones, best first. How long a trial took has
 * no say, so that the same data, seed and device give the same numbers wherever the time suffices.
 */
function survivors(trials: readonly Trial[], { roleOf }: SearchHost): Trial[] {
  const tried = trials.filter(({ status }) => status === "tried").sort((a, b) => a.score - b.score);
  const limit = (tried[0]?.score ?? 0) * worstFactor;
  const yardsticks = tried.filter(({ candidate }) => roleOf(candidate).baseline);
  const good = tried.filter(({ score }, index) => index < mostSurvivors && (score <= limit || index < 3));
  return [...yardsticks, ...good.filter((trial) => !yardsticks.includes(trial))];
}

function secondsOf({ fitSeconds, predictSeconds }: Trial): number {
  return fitSeconds + predictSeconds;
}

/** Works through a list in order, at most `lanes` at once. Items that are held are taken up again, after those that are not. */
async function inParallel<T>(
  lanes: number,
  list: readonly T[],
  work: (item: T, index: number) => Promise<Held | undefined>,
): Promise<void> {
  const waiting = [...list.entries()];
  const held = new Set<Promise<void>>();
  const lane = async (): Promise<void> => {
    for (;;) {
      const next = waiting.shift();
      if (next === undefined) {
        if (held.size === 0) return;
        await Promise.race(held);
        continue;
      }
      const [index, item] = next;
      const until = (await work(item, index))?.until;
      if (until === undefined) continue;
      const released = until.then(() => {
        held.delete(released);
        waiting.push(next);
      });
      held.add(released);
    }
  };
  await Promise.all(Array.from({ length: Math.min(lanes, list.length) }, lane));
}
