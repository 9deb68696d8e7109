import { type ChildProcess, fork } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BirpcReturn, createBirpc } from "birpc";
import type { z } from "zod";
import { EngineError } from "../../../protocol/errors.ts";
import type { Contract, NewsOf } from "./processes/contract.ts";
import { ProcessEndedError } from "./processes/ended.ts";
import { type ChildEnd, type ParentEnd, packed, unpacked } from "./processes/envelope.ts";

export interface ProcessOptions {
  /** Program of the process: one that calls `answerQuestions`. */
  readonly entry: string | URL;
  /** What messages call the process, such as `The worker`. */
  readonly title: string;
  /** Limit of its V8 heap, in MiB. Typed arrays and native code are not counted. */
  readonly memoryMiB: number;
  /** It ends after this long without a question, in milliseconds; never where left out. */
  readonly idleMs?: number;
  /** Node to run it with; this process's own where left out. */
  readonly node?: string;
  /** Variables beside those of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** `advanced` keeps typed arrays, NaN and undefined; `json` is for a Node of another version. */
  readonly serialization?: "advanced" | "json";
}

export interface AskOptions<News> {
  /** Cancels the question. */
  readonly signal?: AbortSignal | undefined;
  /** How long the process may work on a question that was cancelled before it is killed, in milliseconds; 0: not at all. */
  readonly graceMs?: number;
  /** Hears what the process tells before it answers. */
  readonly onNews?: ((news: News) => void) | undefined;
}

/** A stopped process has this long to end by itself, and a cancelled question to be given up, in milliseconds. */
const defaultGraceMs = 800;

/** Characters of stderr that are kept. */
const stderrTail = 4_000;

/**
 * The one way to a child process: a program that is asked questions and answers them, one or several at a time. Native code,
 * crashes and lack of memory stay in it: they fail the questions under way with a ProcessEndedError and nothing else.
 */
export class Subprocess<C extends Contract> {
  readonly #contract: C;
  readonly #options: ProcessOptions;
  readonly #child: ChildProcess;
  readonly #remote: BirpcReturn<ChildEnd, ParentEnd, false>;
  /** What hears the news of each question under way. */
  readonly #pending = new Map<number, (news: unknown) => void>();
  readonly #gone = Promise.withResolvers<ProcessEndedError>();
  #nextId = 1;
  #stderr = "";
  #idle: NodeJS.Timeout | undefined;
  /** What this end stopped the process for. */
  #reason: string | undefined;
  #ended: ProcessEndedError | undefined;

  /** Starts the process. Where that fails, the first question says so. */
  constructor(contract: C, options: ProcessOptions) {
    this.#contract = contract;
    this.#options = options;
    this.#child = start(options);
    this.#remote = createBirpc<ChildEnd, ParentEnd, false>(
      { news: (id, news) => this.#pending.get(id)?.(news) },
      {
        // A process that dies while it is written to is reported by its end.
        post: (message) => void this.#child.send(message, () => undefined),
        on: (listener) => void this.#child.on("message", (raw) => this.#receive(raw, listener)),
        serialize: packed,
        timeout: -1,
        proxify: false,
      },
    );
    this.#child.stderr?.on("data", (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString()).slice(-stderrTail);
    });
    this.#child.on("error", (error) => {
      if (this.#child.pid === undefined) this.#bury(null, null, `could not be started: ${error.message}`);
    });
    // Not `exit`: what it said last is still to be read then. It does not come after `disconnect()` of this end.
    this.#child.once("close", (code, signal) => this.#bury(code, signal, this.#reason));
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Whether it takes questions: it has not ended and was not told to. */
  get open(): boolean {
    return this.#ended === undefined && this.#reason === undefined;
  }

  /** Questions under way. */
  get asked(): number {
    return this.#pending.size;
  }

  /** Resolves once the process has ended, with how. */
  get gone(): Promise<ProcessEndedError> {
    return this.#gone.promise;
  }

  /**
   * Asks a question. Rejects with what the process threw, with a ProcessEndedError where it ended, and with the signal's
   * reason where the question was cancelled before there was an answer.
   */
  async ask<K extends keyof C & string>(
    name: K,
    input: z.input<C[K]["input"]>,
    options: AskOptions<NewsOf<C[K]>> = {},
  ): Promise<z.output<C[K]["output"]>> {
    const { signal, graceMs = defaultGraceMs } = options;
    signal?.throwIfAborted();
    if (!this.open) throw this.#ended ?? this.#endedAs(null, null, this.#reason);
    const id = this.#nextId++;
    const failed = Promise.withResolvers<never>();
    let killer: NodeJS.Timeout | undefined;
    const cancel = () => {
      if (graceMs <= 0) {
        this.kill("was stopped");
        return;
      }
      void this.#remote.$callEvent("cancel", id);
      killer = setTimeout(() => this.kill("was stopped"), graceMs);
    };
    clearTimeout(this.#idle);
    this.#pending.set(id, this.#hearer(name, options.onNews, failed.reject));
    signal?.addEventListener("abort", cancel, { once: true });
    try {
      const answer = await Promise.race([this.#remote.$call("ask", id, name, input), failed.promise]);
      return this.#read<C[K]["output"]>(name, this.#contract[name]?.output, answer);
    } catch (error) {
      throw signal?.aborted ? signal.reason : error;
    } finally {
      clearTimeout(killer);
      signal?.removeEventListener("abort", cancel);
      this.#pending.delete(id);
      this.#rest();
    }
  }

  /** Lets the process end by itself, and kills it where it does not. Questions under way fail. */
  end(): void {
    if (!this.open) return;
    this.#reason = "was ended";
    clearTimeout(this.#idle);
    void this.#remote.$callEvent("end");
    const killer = setTimeout(() => this.#child.kill("SIGKILL"), defaultGraceMs).unref();
    void this.gone.then(() => clearTimeout(killer));
  }

  /** Ends the process at once; questions under way fail, for `reason`. */
  kill(reason = "was ended"): void {
    clearTimeout(this.#idle);
    this.#reason ??= reason;
    this.#child.kill("SIGKILL");
  }

  #rest(): void {
    const { idleMs } = this.#options;
    if (idleMs === undefined || this.#pending.size > 0 || !this.open) return;
    this.#idle = setTimeout(() => this.end(), idleMs).unref();
  }

  #receive(raw: unknown, listener: (message: unknown) => void): void {
    const message = unpacked(raw);
    // What it says can no longer be told from what it means: its other answers are as doubtful.
    if (message === undefined) this.kill("sent what is no message of Almanac and was stopped");
    else listener(message);
  }

  #hearer<K extends keyof C & string>(
    name: K,
    onNews: ((news: NewsOf<C[K]>) => void) | undefined,
    fail: (error: unknown) => void,
  ): (news: unknown) => void {
    const schema: z.ZodType | undefined = this.#contract[name]?.news;
    return (news) => {
      try {
        // SAFETY: NewsOf is what this schema lets through.
        onNews?.(this.#read(name, schema, news) as NewsOf<C[K]>);
      } catch (error) {
        fail(error);
      }
    };
  }

  #read<S extends z.ZodType>(name: string, schema: S | undefined, value: unknown): z.output<S> {
    const read = schema?.safeParse(value);
    if (read?.success) return read.data;
    throw new EngineError(`${this.#options.title} gave an answer to ${name} that is not of its form.`, {
      cause: read?.error,
    });
  }

  #bury(code: number | null, signal: NodeJS.Signals | null, reason: string | undefined): void {
    if (this.#ended !== undefined) return;
    clearTimeout(this.#idle);
    const ended = this.#endedAs(code, signal, reason);
    this.#ended = ended;
    this.#remote.$rejectPendingCalls(({ reject }) => reject(ended));
    this.#remote.$close();
    this.#gone.resolve(ended);
  }

  #endedAs(exitCode: number | null, signal: NodeJS.Signals | null, reason: string | undefined): ProcessEndedError {
    const { title, memoryMiB } = this.#options;
    return new ProcessEndedError({ title, exitCode, signal, stderr: this.#stderr, memoryMiB, reason });
  }
}

function start({ entry, memoryMiB, node, env, serialization = "advanced" }: ProcessOptions): ChildProcess {
  return fork(fileURLOrPath(entry), [], {
    ...(node !== undefined && { execPath: node }),
    execArgv: [`--max-old-space-size=${memoryMiB}`],
    // Node's own default folder: a process then starts in half the time.
    env: { NODE_COMPILE_CACHE: join(tmpdir(), "node-compile-cache"), ...process.env, ...env },
    serialization,
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
}

function fileURLOrPath(entry: string | URL): string {
  return entry instanceof URL || entry.startsWith("file:") ? fileURLToPath(entry) : entry;
}
