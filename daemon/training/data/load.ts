import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Problem } from "../../../protocol/errors.ts";
import type { Panel } from "../../forecasting/panel/panel.ts";
import type { SourceDescription } from "./describe.ts";
import { Reader } from "./reader.ts";
import type { DataRequest, SourceRequest } from "./request.ts";
import { readSnapshot } from "./snapshot.ts";

export interface LoadOptions {
  readonly signal?: AbortSignal;
  /** Folder that keeps the panel for other processes; without one the snapshot is removed once read. */
  readonly snapshotDirectory?: string;
  /** Longest time the reading process may take; default 15 minutes. */
  readonly timeoutMs?: number;
  /** Who reads; a process for this reading alone when left out. */
  readonly reader?: Reader;
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
    const reader = options.reader ?? new Reader();
    const { signal, timeoutMs = defaultTimeoutMs } = options;
    const job = { request, temporary, snapshots };
    const { snapshot, warnings, fingerprint } = await reader.read("panel", job, { signal, timeoutMs });
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
    const { directory, sources, query, format } = request;
    const job = { request: { directory, sources, query, format }, temporary };
    const limits = { signal: options.signal, timeoutMs: describeTimeoutMs };
    return (await new Reader().read("describe", job, limits)).description;
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
