import type { FoldTruth } from "../../forecasting/evaluation/fold.ts";
import type { Candidate } from "../../forecasting/search/candidate.ts";
import type { FitOutcome } from "../../forecasting/search/search.ts";
import { diskFull, isDiskFull } from "../files/persist.ts";
import { fitAtFolds } from "./fit-candidate.ts";
import type { FitOptions } from "./fit-options.ts";
import { type JudgedShare, judgedShare } from "./judged-share.ts";
import type { RunContext } from "./run-context.ts";

/** How far a run is, from 0 to 1, when its search ends. */
const searchProgress = 0.75;

/** The backtest that candidates are evaluated in. */
export interface Backtest {
  readonly folds: readonly FoldTruth[];
  /** Moment at which the search ends, in performance.now() milliseconds. */
  readonly deadline: number;
  /** Evaluations of one candidate at one fold that are planned. */
  readonly fits: number;
}

/** Evaluates candidates for the search of a run, and reports how far the search is. */
export class CandidateEvaluation {
  readonly #context: RunContext;
  readonly #backtest: Backtest;
  readonly #share: JudgedShare;
  /**
   * A full disk says nothing about the candidate: the run stops and is tried again, rather than continue without it.
   */
  readonly #diskFull = new AbortController();
  #done = 0;

  constructor(context: RunContext, backtest: Backtest) {
    this.#context = context;
    this.#backtest = backtest;
    this.#share = judgedShare(context);
  }

  /** Aborts the search: with the run, or because the disk is full. */
  get signal(): AbortSignal {
    return AbortSignal.any([this.#context.signal, this.#diskFull.signal]);
  }

  /** Fits a candidate at some folds within `seconds`. Rejects as `fitAtFolds` does. */
  async evaluate(
    candidate: Candidate,
    folds: readonly number[],
    seconds: number,
    signal: AbortSignal,
  ): Promise<FitOutcome> {
    const at = folds.map((fold) => this.#backtest.folds[fold]!);
    const { series, judged, sampled } = this.#share;
    const whole = sampled ? { series, seconds: this.#context.time.fits } : undefined;
    const outcome = await this.#fit({ candidate, folds: at }, { seconds, signal, whole }).catch((cause: unknown) => {
      if (isDiskFull(cause)) this.#diskFull.abort(diskFull(cause));
      throw cause;
    });
    this.#progress(at.length);
    const note = `Judged on ${judged} of ${series} series.`;
    return sampled ? { ...outcome, notes: [...outcome.notes, note] } : outcome;
  }

  async #fit(
    { candidate, folds }: { candidate: Candidate; folds: readonly FoldTruth[] },
    limits: Omit<FitOptions, "onProgress">,
  ): Promise<FitOutcome> {
    const { log } = this.#context;
    const names = { candidate: candidate.id, model: candidate.model, task: folds[0]!.index };
    log.emit({ type: "task-started", ...names });
    const onProgress = log.taskProgress(candidate, names.task);
    const outcome = await fitAtFolds(this.#context, candidate, folds, { ...limits, onProgress });
    for (const message of outcome.warnings) log.warn({ severity: "warning", code: "training", message });
    const spent = outcome.fitSeconds + outcome.predictSeconds;
    log.emit({ type: "task-finished", ...names, seconds: spent, cached: outcome.cached });
    return outcome;
  }

  #progress(fits: number): void {
    const { log } = this.#context;
    const { deadline, fits: planned } = this.#backtest;
    this.#done += fits;
    const byTime = (performance.now() - log.started) / (deadline - log.started);
    log.progress("search", searchProgress * Math.max(this.#done / planned, byTime));
  }
}
