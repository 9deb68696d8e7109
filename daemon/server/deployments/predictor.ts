import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { DataError, EngineError } from "../../../protocol/errors.ts";
import type { ModelReply, ModelRequest, PredictionInput, PredictionOutput } from "./prediction-messages.ts";

export interface PredictorOptions {
  /** Program of the processes; the product's own when left out. */
  readonly entry?: string | URL;
  /** Processes that answer predictions at most. */
  readonly processes: number;
}

interface Waiting<Output> {
  readonly resolve: (output: Output) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

interface Server<Input, Output> {
  readonly child: ChildProcess;
  readonly waiting: Map<number, Waiting<Output>>;
  /** Requests of this turn of the event loop: they travel in one message. */
  batch: ModelRequest<Input>[];
  idleTimer: NodeJS.Timeout | undefined;
}

const TIMEOUT = 60_000;
const IDLE = 10 * 60_000;
/** Requests that may wait for one process before more are refused. */
const MAXIMUM_WAITING = 2_000;

/**
 * Answers questions about models, by default predictions, from processes that keep the models loaded. A model always goes to the same process; requests
 * that arrive together travel together. A process that dies fails what it was asked, and the next request starts another.
 */
export class Predictor<Input = PredictionInput, Output = PredictionOutput> {
  readonly #entry: string;
  readonly #servers: (Server<Input, Output> | undefined)[];
  readonly #places = new Map<string, number>();
  #nextId = 1;

  constructor({ entry, processes }: PredictorOptions) {
    const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
    this.#entry = fileURLToPath(entry ?? new URL(`./prediction-process.${extension}`, import.meta.url));
    this.#servers = new Array<Server<Input, Output> | undefined>(processes).fill(undefined);
  }

  /** Process identifiers, for metrics and tests. */
  get pids(): number[] {
    return this.#servers.flatMap((server) => server?.child.pid ?? []);
  }

  /** Forecasts with the model in `directory`. Rejects with a DataError or EngineError worded for the caller. */
  predict(directory: string, input: Input): Promise<Output> {
    const server = this.#serverOf(directory);
    if (server.waiting.size >= MAXIMUM_WAITING) {
      return Promise.reject(new EngineError("Too many predictions are waiting.", { fix: "Try again shortly." }));
    }
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        server.waiting.delete(id);
        reject(new EngineError("The prediction took longer than a minute.", { fix: "Send fewer series at a time." }));
      }, TIMEOUT);
      server.waiting.set(id, { resolve, reject, timer });
      server.batch.push({ id, directory, input });
      if (server.batch.length === 1) setImmediate(() => flush(server));
    });
  }

  /** Ends every process; predictions under way fail. */
  close(): void {
    for (const server of this.#servers) {
      clearTimeout(server?.idleTimer);
      server?.child.kill("SIGKILL");
    }
  }

  #serverOf(directory: string): Server<Input, Output> {
    const place = this.#places.get(directory) ?? this.#places.size % this.#servers.length;
    this.#places.set(directory, place);
    const server = this.#servers[place] ?? this.#start(place);
    clearTimeout(server.idleTimer);
    server.idleTimer = setTimeout(() => server.child.kill(), IDLE);
    server.idleTimer.unref();
    return server;
  }

  #start(place: number): Server<Input, Output> {
    const child = fork(this.#entry, { serialization: "advanced", stdio: ["ignore", "ignore", "ignore", "ipc"] });
    const server: Server<Input, Output> = { child, waiting: new Map(), batch: [], idleTimer: undefined };
    child.on("message", (replies: ModelReply<Output>[]) => {
      for (const reply of replies) settle(server, reply);
    });
    child.on("error", () => undefined);
    child.on("exit", (code, signal) => {
      if (this.#servers[place] === server) this.#servers[place] = undefined;
      clearTimeout(server.idleTimer);
      for (const { reject, timer } of server.waiting.values()) {
        clearTimeout(timer);
        reject(
          new EngineError(`The prediction's process died (${signal ?? `exit code ${code}`}).`, { fix: "Try again." }),
        );
      }
      server.waiting.clear();
    });
    this.#servers[place] = server;
    return server;
  }
}

function flush<Input, Output>(server: Server<Input, Output>): void {
  const { batch } = server;
  server.batch = [];
  // A process that died meanwhile has failed its requests already.
  server.child.send(batch, () => undefined);
}

function settle<Input, Output>(server: Server<Input, Output>, reply: ModelReply<Output>): void {
  const waiting = server.waiting.get(reply.id);
  if (!waiting) return;
  server.waiting.delete(reply.id);
  clearTimeout(waiting.timer);
  if ("output" in reply) {
    waiting.resolve(reply.output);
    return;
  }
  const { message, fix, expected } = reply.error;
  const more = fix === undefined ? {} : { fix };
  waiting.reject(expected ? new DataError(message, { code: "prediction", ...more }) : new EngineError(message, more));
}
