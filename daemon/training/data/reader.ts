import { type ChildProcess, fork } from "node:child_process";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { DataError } from "../../../protocol/errors.ts";
import type { WorkerReply } from "./worker-reply.ts";

/**
 * Has jobs done by reading processes. With `keep` a process stays for the next job, since starting one takes longer than
 * reading a small file does; without, each ends with its job.
 */
export class Reader {
  readonly #keep: boolean;
  #spare: ChildProcess | undefined;

  constructor({ keep = false }: { keep?: boolean } = {}) {
    this.#keep = keep;
  }

  /** Resolves with the process's answer, or what there is to say where it died. Rejects on time-out and with the signal's reason. */
  read(job: object, signal: AbortSignal | undefined, timeoutMs: number): Promise<WorkerReply> {
    signal?.throwIfAborted();
    const child = this.#spare?.connected ? this.#spare : start();
    this.#spare = undefined;
    return new Promise((resolve, reject) => {
      let reply: WorkerReply | undefined;
      const complaints = lastLines(child);
      const settle = (act: () => void) => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", onAbort);
        child.removeAllListeners();
        complaints.stop();
        act();
      };
      const stop = (reason: unknown) => {
        child.kill("SIGKILL");
        settle(() => reject(reason));
        child.on("error", () => undefined);
      };
      const onAbort = () => stop(signal!.reason);
      const timer = setTimeout(() => stop(timeout(timeoutMs)), timeoutMs);
      signal?.addEventListener("abort", onAbort, { once: true });
      child.once("error", stop);
      child.once("message", (message) => {
        // SAFETY: the only sender is worker.ts, whose replies have this type.
        const { stays, ...answer } = message as WorkerReply & { stays: boolean };
        reply = answer;
        if (!stays) return;
        settle(() => resolve(answer));
        this.#park(child);
      });
      child.once("close", (code, killed) => {
        settle(() => resolve(reply ?? { kind: "crash", message: ended(code, killed, complaints.tail()) }));
      });
      child.send({ ...job, keep: this.#keep }, (error) => {
        if (error !== null) child.kill("SIGKILL");
      });
    });
  }

  /** Ends the process that waits for a job. */
  close(): void {
    this.#spare?.kill("SIGKILL");
    this.#spare = undefined;
  }

  #park(child: ChildProcess): void {
    child.on("error", () => undefined);
    this.#spare?.kill("SIGKILL");
    this.#spare = child;
  }
}

function start(): ChildProcess {
  return fork(fileURLToPath(new URL("./worker.ts", import.meta.url)), [], {
    execArgv: ["--max-old-space-size=4096"],
    // Node's own default folder: a reading process then starts in half the time.
    env: { NODE_COMPILE_CACHE: path.join(tmpdir(), "node-compile-cache"), ...process.env },
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
}

function timeout(ms: number): DataError {
  return new DataError(`Reading the data took longer than ${Math.round(ms / 1000)} seconds and was stopped.`, {
    code: "timeout",
    fix: "Simplify `query:`, or read fewer rows.",
  });
}

function lastLines(child: ChildProcess): { tail(): string; stop(): void } {
  let tail = "";
  const take = (chunk: Buffer) => {
    tail = (tail + chunk.toString()).slice(-2000);
  };
  child.stderr?.on("data", take);
  return { tail: () => tail.trim(), stop: () => child.stderr?.off("data", take) };
}

function ended(code: number | null, killed: NodeJS.Signals | null, complaints: string): string {
  const how =
    killed === null ? `the reading process ended with code ${code}` : `the reading process was ended by ${killed}`;
  return complaints === "" ? `${how}.` : `${how}: ${complaints}`;
}
