import { type ChildProcess, fork } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { DataError, type Problem } from "../../protocol/errors.ts";
import type { SourceDescription } from "./describe.ts";
import type { Panel } from "./panel.ts";
import type { DataRequest, SourceRequest } from "./request.ts";
import { readSnapshot } from "./snapshot.ts";
import type { WorkerReply } from "./worker-reply.ts";

export interface LoadOptions {
  readonly signal?: AbortSignal;
  /** Folder that keeps the panel for other processes; without one the snapshot is removed once read. */
  readonly snapshotDirectory?: string;
  /** Longest time the reading process may take; default 15 minutes. */
  readonly timeoutMs?: number;
}

export interface LoadedData {
  readonly panel: Panel;
  readonly warnings: readonly Problem[];
  /** SHA-256 over the bytes of all files and the request. */
  readonly fingerprint: string;
  /** The panel's file, where `snapshotDirectory` was given. */
  readonly snapshot?: string;
}

const defaultTimeoutMs = 15 * 60_000;
const describeTimeoutMs = 60_000;

/**
 * Reads the sources of a request into a panel, in a process of its own.
 * Throws DataError for unusable data, a crash or a timeout, and the signal's reason on abort.
 */
export async function loadPanel(request: DataRequest, options: LoadOptions = {}): Promise<LoadedData> {
  return await withTemporary(async (temporary) => {
    const snapshots = options.snapshotDirectory ?? temporary;
    const job = { kind: "panel", request, temporary, snapshots };
    const reply = await inWorker(job, options.signal, options.timeoutMs ?? defaultTimeoutMs);
    if (reply.kind !== "panel") throw failureOf(reply, request);
    const { snapshot, warnings, fingerprint } = reply;
    const panel = await readSnapshot(snapshot);
    options.signal?.throwIfAborted();
    return { panel, warnings, fingerprint, ...(options.snapshotDirectory === undefined ? {} : { snapshot }) };
  });
}

/** Columns, types and value ranges of sources, in a process of its own. Errors as `loadPanel`. */
export async function describeSource(
  request: SourceRequest,
  options: { readonly signal?: AbortSignal } = {},
): Promise<SourceDescription> {
  return await withTemporary(async (temporary) => {
    const { directory, sources, query } = request;
    const job = { kind: "describe", request: { directory, sources, query }, temporary };
    const reply = await inWorker(job, options.signal, describeTimeoutMs);
    if (reply.kind !== "description") throw failureOf(reply, request);
    return reply.description;
  });
}

async function withTemporary<T>(use: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(path.join(tmpdir(), "almanac-data-"));
  try {
    return await use(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function failureOf(reply: WorkerReply, request: SourceRequest): Error {
  if (reply.kind === "error") {
    const { fix, ...where } = reply.where;
    return new DataError(reply.message, fix === undefined ? where : { ...where, fix });
  }
  const reason = reply.kind === "crash" ? reply.message : "an unexpected answer";
  return new DataError(`Reading ${request.sources.join(", ")} failed: ${reason}`, {
    code: "reader-crashed",
    file: request.sources[0],
    fix: "Please report this with the file, if it can be shared.",
  });
}

function inWorker(job: unknown, signal: AbortSignal | undefined, timeoutMs: number): Promise<WorkerReply> {
  signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(new URL("./worker.ts", import.meta.url)), [], {
      execArgv: ["--max-old-space-size=4096"],
      // Node's own default folder: a reading process then starts in half the time.
      env: { NODE_COMPILE_CACHE: path.join(tmpdir(), "node-compile-cache"), ...process.env },
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    let reply: WorkerReply | undefined;
    const stop = (reason: unknown) => {
      child.kill("SIGKILL");
      reject(reason);
    };
    const onAbort = () => stop(signal!.reason);
    const timer = setTimeout(() => stop(timeout(timeoutMs)), timeoutMs);
    signal?.addEventListener("abort", onAbort, { once: true });
    const complaints = lastLines(child);
    child.once("error", stop);
    child.once("message", (message) => {
      // SAFETY: the only sender is worker.ts, whose replies have this type.
      reply = message as WorkerReply;
    });
    child.once("close", (code, killed) => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
      resolve(reply ?? { kind: "crash", message: ended(code, killed, complaints()) });
    });
    child.send(job as object, (error) => {
      if (error !== null) child.kill("SIGKILL");
    });
  });
}

function timeout(ms: number): DataError {
  return new DataError(`Reading the data took longer than ${Math.round(ms / 1000)} seconds and was stopped.`, {
    code: "timeout",
    fix: "Simplify `query:`, or read fewer rows.",
  });
}

function lastLines(child: ChildProcess): () => string {
  let tail = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    tail = (tail + chunk.toString()).slice(-2000);
  });
  return () => tail.trim();
}

function ended(code: number | null, killed: NodeJS.Signals | null, complaints: string): string {
  const how =
    killed === null ? `the reading process ended with code ${code}` : `the reading process was ended by ${killed}`;
  return complaints === "" ? `${how}.` : `${how}: ${complaints}`;
}
