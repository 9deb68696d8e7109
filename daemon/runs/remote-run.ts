import { join, normalize } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { z } from "zod";
import { runFiles, type StoredEvent } from "../../protocol/api/runs.ts";
import { ApiError, type Client, createClient } from "../../protocol/client.ts";
import { RemoteError } from "../../protocol/errors.ts";
import { type RunEvent, runEventSchema } from "../../protocol/events.ts";
import { writeAtomically } from "../store/atomic-file.ts";
import { sha256 } from "../store/blobs.ts";
import { type BlockFile, blocksOf, missingBlocks, sendBlocks } from "./block-upload.ts";
import { type Placed, placedText, regionProblem } from "./placement.ts";
import type { RunJob, RunOutcome } from "./run-messages.ts";
import { filesOf } from "./source-files.ts";

export interface Remote {
  readonly name: string;
  readonly url: string;
  readonly token: string;
}

/** How long a remote daemon may be out of reach before the run is tried anew, in milliseconds. */
const PATIENCE = 10 * 60_000;

/**
 * Carries out a run on another daemon as if it were here: sends what is missing there, passes its events on, and brings
 * files and model home. A lost link is taken up again where it broke; the remote run goes on meanwhile.
 */
export async function runRemotely(
  job: RunJob,
  placed: Placed,
  remote: Remote,
  signal: AbortSignal,
  onEvent: (event: RunEvent) => void,
): Promise<RunOutcome> {
  const client = createClient(remote);
  const { region } = await insist(signal, () => client.getInfo({}, { signal }));
  if (placed.region !== undefined && placed.region !== region) {
    throw regionProblem(job, placed.region, region, remote.name);
  }
  const path = await insist(signal, () => sendExperiment(client, job, placed, remote, signal, onEvent));
  const { on: _, ...options } = job.options;
  const body = { path, options };
  // The key makes a repeated request, after a lost answer or a restart of this daemon, find the run it made before.
  const { id } = await insist(signal, () =>
    client.createRun({ body }, { signal, idempotencyKey: `${job.id}-${sha256(path).slice(0, 16)}` }),
  );
  // One that was stopped or has failed there goes on; one that is under way or finished refuses, and is simply followed.
  await client.resumeRun({ params: { id } }, { signal }).catch(ignoreConflict);
  const state = await follow(client, id, signal, onEvent);
  if (state === "stopped") {
    await client.cancelRun({ params: { id } }).catch(() => undefined);
    return { state };
  }
  const run = await insist(signal, () => client.getRun({ params: { id } }));
  if (run.state !== "finished") {
    return { state: "failed", reason: `On ${remote.name}: ${run.reason ?? `the run was ${run.state}`}` };
  }
  await insist(signal, () => bringHome(client, id, job.directory));
  return { state: "finished", record: { ...run.record, remote: remote.name } };
}

/** Sends the experiment and the blocks of its data that the remote does not have; returns its path there. */
async function sendExperiment(
  client: Client,
  job: RunJob,
  placed: Placed,
  remote: Remote,
  signal: AbortSignal,
  onEvent: (event: RunEvent) => void,
): Promise<string> {
  const { data, experiment } = placed.experiment;
  const sources = await filesOf(job.path, [data.source].flat());
  const future = await filesOf(job.path, data.future === undefined ? [] : [data.future]);
  const sourceBlocks = await blocksOf(sources, "source");
  const futureBlocks = await blocksOf(future, "future");
  const files: BlockFile[] = [...sourceBlocks, ...futureBlocks];
  const { missing, bytes } = await missingBlocks(client, files);
  const whole = files.reduce((sum, { size }) => sum + size, 0);
  const message = `Sending ${megabytes(bytes)} of ${megabytes(whole)} to ${remote.name}; the rest is there already.`;
  onEvent({ type: "warning", problem: { severity: "information", code: "upload", message } });
  for (const path of [...sources, ...future]) await sendBlocks(client, path, missing, signal);
  const text = await placedText(placed.text, {
    source: sourceBlocks.map(({ name }) => name),
    ...(futureBlocks[0] === undefined ? {} : { future: futureBlocks[0].name }),
  });
  const name =
    (experiment ?? "experiment")
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-|-$/g, "") || "experiment";
  const body = { name: name.slice(0, 60), text, region: placed.region ?? null, files };
  return (await client.createSnapshot({ body }, { signal })).path;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function ignoreConflict(error: unknown): undefined {
  if (!(error instanceof ApiError) || error.status !== 409) throw error;
}

/** Passes a remote run's events on until it ends; a lost link is taken up again after the last event that came. */
async function follow(
  client: Client,
  id: string,
  signal: AbortSignal,
  onEvent: (event: RunEvent) => void,
): Promise<"ended" | "stopped"> {
  let lastEventId = 0;
  let lostAt: number | undefined;
  while (!signal.aborted) {
    try {
      for await (const { sequence, event } of client.runEvents({ params: { id } }, { signal, lastEventId })) {
        lastEventId = sequence;
        lostAt = undefined;
        pass(event, onEvent);
      }
      return "ended";
    } catch (error) {
      if (signal.aborted) return "stopped";
      lostAt ??= performance.now();
      if (error instanceof ApiError || performance.now() - lostAt > PATIENCE) throw error;
      await wait(1_000, undefined, { signal }).catch(() => undefined);
    }
  }
  return "stopped";
}

function pass(event: StoredEvent["event"], onEvent: (event: RunEvent) => void): void {
  // The daemon here says itself in which state its run is; only the run's own words are passed on.
  const own = runEventSchema.safeParse(event);
  if (own.success) onEvent(own.data);
}

/** Fetches every file of a finished run. Each arrives whole, and the model's files are checked against their digests. */
async function bringHome(client: Client, id: string, directory: string): Promise<void> {
  for (const file of runFiles) {
    const bytes = await client.getRunFile({ params: { id, file } }).catch((error: unknown) => {
      if (error instanceof ApiError && error.status === 404) return undefined;
      throw error;
    });
    if (bytes) await writeAtomically(join(directory, file), bytes);
  }
  const { files } = await client.listModelFiles({ params: { id } });
  for (const { path, digest } of files) {
    if (!safePath.safeParse(path).success) throw new RemoteError("The remote daemon named a file outside its model.");
    const bytes = await client.getModelFile({ params: { id, digest } });
    if (sha256(bytes) !== digest)
      throw new RemoteError(`A file of the model arrived damaged: ${path}.`, { fix: "Try again." });
    await writeAtomically(join(directory, "model", path), bytes);
  }
}

const safePath = z
  .string()
  .refine((path) => !path.startsWith("/") && normalize(path) === path && !path.startsWith(".."));

/** Does something that needs the link, again and again while the remote cannot be reached. Its refusals pass through. */
async function insist<T>(signal: AbortSignal, act: () => Promise<T>): Promise<T> {
  const begun = performance.now();
  for (let pause = 500; ; pause = Math.min(2 * pause, 15_000)) {
    try {
      return await act();
    } catch (error) {
      signal.throwIfAborted();
      const unreachable = error instanceof RemoteError && !(error instanceof ApiError);
      if (!unreachable || performance.now() - begun > PATIENCE) throw error;
      await wait(pause, undefined, { signal }).catch(() => undefined);
      signal.throwIfAborted();
    }
  }
}
