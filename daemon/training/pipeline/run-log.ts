import type { Problem } from "../../../protocol/errors.ts";
import type { RunEvent } from "../../../protocol/events.ts";
import type { Candidate } from "../../forecasting/search/candidate.ts";
import type { Trial } from "../../forecasting/search/search.ts";

type Stage = Extract<RunEvent, { type: "progress" }>["stage"];

/** Tells the outside what a run does, and keeps its warnings and its clock. */
export class RunLog {
  readonly warnings: Problem[] = [];
  readonly budgetSeconds: number;
  readonly startedAt = new Date();
  /** performance.now() at the start, in milliseconds. */
  readonly started: number;
  readonly #onEvent: (event: RunEvent) => void;

  constructor(budgetSeconds: number, onEvent: (event: RunEvent) => void, started = performance.now()) {
    this.budgetSeconds = budgetSeconds;
    this.started = started;
    this.#onEvent = onEvent;
  }

  /** Seconds since the start. */
  get elapsed(): number {
    return (performance.now() - this.started) / 1000;
  }

  emit(event: RunEvent): void {
    this.#onEvent(event);
  }

  /** Warns once of each thing. */
  warn(problem: Problem): void {
    if (this.warnings.some(({ code, message }) => code === problem.code && message === problem.message)) return;
    this.warnings.push(problem);
    const { severity, code, message, fix } = problem;
    this.emit({ type: "warning", problem: { severity, code, message, fix } });
  }

  /** How far the whole run is, from 0 to 1. */
  progress(stage: Stage, fraction: number): void {
    const elapsedSeconds = this.elapsed;
    const bounded = Math.min(1, Math.max(0, fraction));
    const byRate = bounded > 0.02 ? (elapsedSeconds / bounded) * (1 - bounded) : this.budgetSeconds;
    const remainingSeconds = Math.max(0, Math.min(byRate, this.budgetSeconds - elapsedSeconds));
    this.emit({ type: "progress", stage, fraction: bounded, elapsedSeconds, remainingSeconds });
  }

  /** Passes on how far one task is. */
  taskProgress({ id, model }: Candidate, task: number | "final"): (fraction: number, loss?: number) => void {
    return (fraction, loss) => {
      const names = { candidate: id, model, task };
      this.emit({ type: "task-progress", ...names, fraction, loss });
    };
  }

  scored({ candidate, score, parts, fitSeconds, predictSeconds, device }: Trial): void {
    this.emit({
      type: "candidate-scored",
      candidate: candidate.id,
      model: candidate.model,
      score: Number.isFinite(score) ? score : null,
      windows: parts.length,
      seconds: fitSeconds + predictSeconds,
      device,
    });
  }

  /** Says that a candidate was skipped or failed; one that was tried needs no word. */
  ended({ candidate, status, reason = "" }: Trial): void {
    if (status === "tried") return;
    const type = status === "failed" ? "candidate-failed" : "candidate-skipped";
    this.emit({ type, candidate: candidate.id, model: candidate.model, reason });
  }
}
