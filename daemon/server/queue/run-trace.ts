import type { Span } from "@opentelemetry/api";
import type { RunEvent } from "../../../protocol/events.ts";
import { beginSpan, failSpan } from "../../training/telemetry/tracing.ts";

interface Task {
  readonly span: Span;
  /** Epochs that have ended, and when the last one did, in milliseconds since 1970. */
  epochs: number;
  since: number;
}

type TaskEvent = Extract<RunEvent, { task: unknown }>;

/**
 * The trace of one attempt of a run, made of its events: run → task (a candidate at an origin) → epoch (a stretch of training
 * up to the loss that was reported for it). Does nothing where tracing is off.
 */
export class RunTrace {
  readonly #run: Span | undefined;
  readonly #tasks = new Map<string, Task>();

  constructor(run: { id: string; tenant: string; attempt: number }) {
    const { id, tenant, attempt } = run;
    this.#run = beginSpan("run", { "almanac.run": id, "almanac.tenant": tenant, "almanac.attempt": attempt });
  }

  add(event: RunEvent): void {
    if (!this.#run) return;
    switch (event.type) {
      case "run-started":
        this.#run.setAttributes({ "almanac.experiment": event.experiment, "almanac.metric": event.metric });
        return;
      case "task-started":
        this.#taskOf(event);
        return;
      case "task-progress":
        if (event.loss !== undefined) this.#endEpoch(this.#taskOf(event), event.fraction, event.loss);
        return;
      case "task-finished":
        this.#taskOf(event)?.span.setAttribute("almanac.cached", event.cached);
        this.#endTasks((key) => key === keyOf(event));
        return;
      case "candidate-paused":
        this.#endTasks((key) => key.startsWith(`${event.candidate} `), "Paused.");
        return;
      case "candidate-skipped":
      case "candidate-failed":
        this.#endTasks((key) => key.startsWith(`${event.candidate} `), event.reason);
        return;
      case "run-finished":
        this.#run.setAttribute("almanac.winner", event.winner);
    }
  }

  /** Ends the trace; `reason` where the run did not finish. */
  end(state: string, reason?: string): void {
    this.#endTasks(() => true, state === "finished" ? undefined : state);
    this.#run?.setAttribute("almanac.state", state);
    if (reason !== undefined) failSpan(this.#run, reason);
    this.#run?.end();
  }

  #taskOf(event: TaskEvent): Task | undefined {
    const known = this.#tasks.get(keyOf(event));
    if (known) return known;
    const about = { "almanac.candidate": event.candidate, "almanac.model": event.model, "almanac.task": event.task };
    const span = beginSpan("task", about, { parent: this.#run });
    if (!span) return undefined;
    const task = { span, epochs: 0, since: Date.now() };
    this.#tasks.set(keyOf(event), task);
    return task;
  }

  #endEpoch(task: Task | undefined, fraction: number, loss: number): void {
    if (!task) return;
    const about = { "almanac.epoch": ++task.epochs, "almanac.loss": loss, "almanac.fraction": fraction };
    beginSpan("epoch", about, { parent: task.span, startTime: task.since })?.end();
    task.since = Date.now();
  }

  #endTasks(which: (key: string) => boolean, reason?: string): void {
    for (const [key, { span }] of this.#tasks) {
      if (!which(key)) continue;
      if (reason !== undefined) failSpan(span, reason);
      span.end();
      this.#tasks.delete(key);
    }
  }
}

function keyOf({ candidate, task }: TaskEvent): string {
  return `${candidate} ${task}`;
}
