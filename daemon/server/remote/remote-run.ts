import { setTimeout as wait } from "node:timers/promises";
import type { StoredEvent } from "../../../protocol/api/runs.ts";
import { ApiError, type Client, createClient } from "../../../protocol/client.ts";
import { RemoteError } from "../../../protocol/errors.ts";
import { type RunEvent, runEventSchema } from "../../../protocol/events.ts";
import type { CandidateWish, Steering } from "../../forecasting/search/steering.ts";
import { filesOf } from "../../training/experiment/source-files.ts";
import { sha256 } from "../../training/files/digest.ts";
import { FileLister } from "../../training/files/file-lister.ts";
import { version } from "../../training/telemetry/version.ts";
import { placedText } from "../queue/placed-text.ts";
import { type Placed, regionProblem } from "../queue/placement.ts";
import type { RunJob, RunOutcome } from "../queue/run-messages.ts";
import { type BlockFile, blocksOf, missingBlocks, sendBlocks } from "./block-upload.ts";
import { bringHome } from "./bring-home.ts";

export interface Remote {
  readonly name: string;
  readonly url: string;
  readonly token: string;
}

/** How long a remote daemon may be out of reach before the run is given up, in milliseconds. */
const PATIENCE = 10 * 60_000;

/**
 * Carries out a run on another daemon as if it were here: sends what is missing there, passes its events on, and brings
 * files and model home. A lost link is taken up again where it broke; the remote run goes on meanwhile. A job of the same
 * identifier finds the run that it made there before.
 */
export async function runRemotely(
  job: RunJob,
  placed: Placed,
  remote: Remote,
  signal: AbortSignal,
  onEvent: (event: RunEvent) => void,
  steering: Steering,
): Promise<RunOutcome> {
  const client = createClient(remote);
  const { region, version: theirs } = await insist(signal, () => client.getInfo({}, { signal }));
  if (placed.region !== undefined && placed.region !== region) {
    throw regionProblem(job, placed, region, remote.name);
  }
  if (theirs !== version) {
    const message = `${remote.name} runs Almanac ${theirs}, and this is ${version}: its numbers may differ from those made here.`;
    onEvent({ type: "warning", problem: { severity: "warning", code: "other-version", message } });
  }
  const path = await insist(signal, () => sendExperiment(client, job, placed, remote, signal, onEvent));
  const id = await startThere(client, job, path, signal);
  const stopSteering = passWishes(client, id, steering, signal);
  const state = await follow(client, id, signal, onEvent).finally(stopSteering);
  if (state === "stopped") {
    await client.cancelRun({ params: { id } }).catch(() => undefined);
    return { state };
  }
  const run = await insist(signal, () => client.getRun({ params: { id } }));
  if (run.state !== "finished") {
    return { state: "failed", reason: `On ${remote.name}: ${run.reason ?? `the run was ${run.state}`}` };
  }
  const home = { remote: remote.name, path: job.path, text: placed.text, experiment: placed.experiment };
  await insist(signal, () => bringHome(client, id, job.directory, home));
  return { state: "finished", record: { ...run.record, remote: remote.name } };
}

/** Queues the run there, or finds the one that was queued before an answer was lost or this program was started again. */
async function startThere(client: Client, job: RunJob, path: string, signal: AbortSignal): Promise<string> {
  const { on: _, ...options } = job.options;
  const body = { path, options };
  const idempotencyKey = `${job.id}-${sha256(JSON.stringify(body)).slice(0, 16)}`;
  const create = (stop?: AbortSignal) =>
    client.createRun({ body }, { idempotencyKey, ...(stop ? { signal: stop } : {}) });
  try {
    const { id } = await insist(signal, () => create(signal));
    // One that was stopped or has failed there goes on; one that is under way or finished refuses, and is simply followed.
    await insist(signal, () => client.resumeRun({ params: { id } }, { signal }).catch(ignoreConflict));
    return id;
  } catch (error) {
    // Stopped while the answer was on its way: the run may be there, and must not go on unseen.
    if (signal.aborted) {
      await create()
        .then(({ id }) => client.cancelRun({ params: { id } }))
        .catch(() => undefined);
    }
    throw error;
  }
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
  const { sources, future } = await listed(job.path, data);
  const sourceBlocks = await blocksOf(sources, "source");
  const futureBlocks = await blocksOf(future, "future", sourceBlocks);
  const files: BlockFile[] = [...sourceBlocks, ...futureBlocks];
  const { missing, bytes } = await missingBlocks(client, files);
  const whole = files.reduce((sum, { size }) => sum + size, 0);
  const message = `Sending ${megabytes(bytes)} of ${megabytes(whole)} to ${remote.name}; the rest is there already.`;
  onEvent({ type: "warning", problem: { severity: "information", code: "upload", message } });
  for (const path of [...sources, ...future]) await sendBlocks(client, path, missing, signal);
  const text = placedText(placed.text, {
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

/** The files that an experiment's data are read from, and those of its forecast window. */
async function listed(path: string, { source, future }: Placed["experiment"]["data"]) {
  const lister = new FileLister();
  try {
    return {
      sources: await filesOf(path, [source].flat(), lister),
      future: await filesOf(path, future === undefined ? [] : [future], lister),
    };
  } finally {
    lister.close();
  }
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

/** Tells the remote daemon what is wanted of single candidates; returns how to stop. */
function passWishes(client: Client, id: string, steering: Steering, signal: AbortSignal): () => void {
  const tell = (candidate: string, wish: CandidateWish | undefined): void => {
    const calls = { cancel: client.cancelCandidate, pause: client.pauseCandidate, resume: client.resumeCandidate };
    const call = () => calls[wish ?? "resume"]({ params: { id, candidate } }, { signal });
    // A candidate that it has not planned yet, or has done with, is refused: there is nothing to steer then.
    insist(signal, call).catch(() => undefined);
  };
  for (const [candidate, wish] of Object.entries(steering.wishes)) tell(candidate, wish);
  return steering.listen(tell);
}

function pass(event: StoredEvent["event"], onEvent: (event: RunEvent) => void): void {
  // The daemon here says itself in which state its run is; only the run's own words are passed on.
  const own = runEventSchema.safeParse(event);
  if (own.success) onEvent(own.data);
}

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
