import { EngineError } from "../../../../protocol/errors.ts";

/** How a process came to its end. */
export interface End {
  /** What messages call the process, such as `The worker`. */
  readonly title: string;
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The last that it wrote to stderr. */
  readonly stderr: string;
  /** Heap limit of the process, in MiB. */
  readonly memoryMiB: number;
  /** What its parent ended it for; undefined where it ended by itself or was ended from elsewhere. */
  readonly reason?: string | undefined;
}

/** A process ended before it had answered, or could not be started. */
export class ProcessEndedError extends EngineError {
  readonly end: End;
  /** Its heap reached the limit. */
  readonly outOfHeap: boolean;

  constructor(end: End) {
    const outOfHeap = end.stderr.includes("heap out of memory");
    super(messageOf(end, outOfHeap), { fix: outOfHeap || isKilled(end) ? memoryFix : undefined });
    this.end = end;
    this.outOfHeap = outOfHeap;
  }
}

const memoryFix = "Give it fewer series, use fewer workers, or take a machine with more memory.";

/** Killed by somebody else, as a system without memory does. */
function isKilled({ signal, reason }: End): boolean {
  return signal === "SIGKILL" && reason === undefined;
}

function messageOf(end: End, outOfHeap: boolean): string {
  const { title, exitCode, signal, stderr, memoryMiB, reason } = end;
  if (reason !== undefined) return `${title} ${reason}.`;
  if (outOfHeap) return `${title} ran out of memory: its heap reached the limit of ${memoryMiB} MiB.`;
  if (isKilled(end)) return `${title} was killed (SIGKILL), as the system does when memory runs out.`;
  const words = wordsOf(stderr);
  const how = signal === null ? `exit code ${exitCode}` : `signal ${signal}`;
  return `${title} ended early (${how})${words === "" ? "." : `: ${words}`}`;
}

/** The line of stderr that says most: the error's own, else the first. */
function wordsOf(stderr: string): string {
  const lines = stderr.split("\n").filter((line) => line.trim() !== "");
  return (lines.find((line) => /\w*Error\b/.test(line)) ?? lines[0] ?? "").trim();
}
