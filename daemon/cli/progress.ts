import type { RunEvent } from "../../protocol/events.ts";
import type { Output } from "./context.ts";

const barWidth = 24;

/** Shows a run while it goes on: one line that is drawn over on a terminal, notable events line by line elsewhere. */
export function runProgress(output: Output, quiet: boolean): (event: RunEvent) => void {
  if (quiet) return () => {};
  return process.stderr.isTTY ? new TerminalProgress().show : (event) => showLine(event, output);
}

function showLine(event: RunEvent, output: Output): void {
  const line = notable(event);
  if (line !== undefined) output.note(line);
}

function notable(event: RunEvent): string | undefined {
  switch (event.type) {
    case "data-loaded":
      return `${event.series.toLocaleString("en")} series, ${event.rows.toLocaleString("en")} steps, one a ${event.frequency} (${event.seconds.toFixed(1)} s)`;
    case "search-planned":
      return `${event.candidates.length} candidates on ${event.windows} backtest window${event.windows === 1 ? "" : "s"}`;
    case "candidate-scored":
      return `  ${event.candidate}: ${event.score?.toPrecision(4) ?? "no score"} on ${event.windows} window${event.windows === 1 ? "" : "s"} (${event.seconds.toFixed(1)} s)`;
    case "candidate-skipped":
      return `  ${event.candidate} skipped: ${event.reason}`;
    case "candidate-paused":
      return `  ${event.candidate} is paused`;
    case "candidate-resumed":
      return `  ${event.candidate} goes on`;
    case "candidate-failed":
      return `  ${event.candidate} failed: ${event.reason.split("\n")[0]}`;
    case "warning":
      return `${event.problem.severity}: ${event.problem.message}${event.problem.fix === undefined ? "" : ` ${event.problem.fix}`}`;
    default:
      return undefined;
  }
}

const stages: Readonly<Record<string, string>> = {
  data: "reading data",
  search: "searching",
  final: "fitting the winner",
  explain: "explaining",
  output: "writing results",
};

class TerminalProgress {
  #running = new Set<string>();
  #fraction = 0;
  #stage = "data";
  #remaining = 0;
  #best: string | undefined;
  #bestScore = Number.POSITIVE_INFINITY;

  readonly show = (event: RunEvent): void => {
    this.#follow(event);
    const line = event.type === "task-progress" ? undefined : permanent(event);
    if (line !== undefined) process.stderr.write(`\r\u001b[K${line}\n`);
    if (event.type === "run-finished" || event.type === "run-failed") process.stderr.write("\r\u001b[K");
    else process.stderr.write(`\r\u001b[K${this.#line()}`);
  };

  #follow(event: RunEvent): void {
    if (event.type === "progress") {
      this.#fraction = Math.max(this.#fraction, event.fraction);
      this.#stage = event.stage;
      this.#remaining = event.remainingSeconds;
    } else if (event.type === "task-started") this.#running.add(event.candidate);
    else if (event.type === "task-finished") this.#running.delete(event.candidate);
    else if (event.type === "candidate-failed" || event.type === "candidate-skipped")
      this.#running.delete(event.candidate);
    else if (event.type === "candidate-scored" && (event.score ?? Number.POSITIVE_INFINITY) < this.#bestScore) {
      this.#bestScore = event.score!;
      this.#best = event.candidate;
    }
  }

  #line(): string {
    const filled = Math.round(this.#fraction * barWidth);
    const bar = "█".repeat(filled) + "░".repeat(barWidth - filled);
    const best = this.#best === undefined ? "" : ` · best ${this.#best} ${this.#bestScore.toPrecision(4)}`;
    const doing =
      this.#stage === "search" ? [...this.#running].slice(0, 3).join(", ") : (stages[this.#stage] ?? this.#stage);
    const left = this.#remaining > 0 ? ` · ≤ ${Math.ceil(this.#remaining)} s left` : "";
    const line = `${bar} ${Math.round(this.#fraction * 100)} % ${doing}${best}${left}`;
    return line.slice(0, Math.max(20, (process.stderr.columns ?? 80) - 1));
  }
}

/** What stays on the terminal above the progress line. */
function permanent(event: RunEvent): string | undefined {
  return event.type === "candidate-scored" ? undefined : notable(event);
}
