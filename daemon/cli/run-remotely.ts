import { mkdir, readFile, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { z } from "zod";
import { idSchema } from "../../protocol/api/route.ts";
import { ExperimentError, errorKinds, MissingError, type Problem, RemoteError } from "../../protocol/errors.ts";
import type { RunEvent } from "../../protocol/events.ts";
import type { ShortProblem } from "../../protocol/problem.ts";
import { knownCode } from "../../protocol/problems/known-code.ts";
import { Steering } from "../forecasting/search/steering.ts";
import type { placementOf } from "../server/queue/placement.ts";
import type { RunJob } from "../server/queue/run-messages.ts";
import type { Remote } from "../server/remote/remote-run.ts";
import { newId } from "../server/store/ids.ts";
import type { ExperimentFile } from "../training/experiment/read-experiment.ts";
import { writeAtomically } from "../training/files/atomic-file.ts";
import { dataFolder } from "../training/files/data-folder.ts";
import type { RunResult } from "../training/pipeline/run-options.ts";
import { readLeaderboard, readRun } from "../training/trained-model/finished-run.ts";

export interface RemoteRunOptions {
  /** Name of the remote daemon. */
  readonly on: string;
  /** Data folder that knows it; the user's own when left out. */
  readonly home: string | undefined;
  readonly out: string;
  readonly signal: AbortSignal;
  readonly onEvent: (event: RunEvent) => void;
}

/** A run that went out from a folder and has not come home to it yet. */
const pendingSchema = z.object({ id: idSchema, remote: z.string() });

/** Problems with these codes say nothing about the experiment or its data. */
const notTheirs = new Set<string>([
  "internal",
  ...Object.entries(errorKinds).flatMap(([tag, { exitCode }]) => (exitCode === 2 ? [] : [tag])),
]);

/**
 * Carries an experiment out on another daemon and brings everything home into `out`. Where this command was ended before,
 * it takes up the run that is still there. Rejects as a local run does.
 */
export async function runOnRemote(file: ExperimentFile, options: RemoteRunOptions): Promise<RunResult> {
  const { on, out, signal } = options;
  const path = resolve(file.path);
  const job = { path, text: file.text, options: { ...file.options, on }, directory: out, cache: "" };
  const { placementOf } = await import("../server/queue/placement.ts");
  const placed = await placementOf({ ...job, id: "" });
  const remote = await remoteNamed(file, options);
  await mkdir(out, { recursive: true });
  const pending = join(out, ".remote-run.json");
  const { id } = (await readPending(pending, on)) ?? { id: newId("run") };
  await writeAtomically(pending, JSON.stringify({ id, remote: on }));
  const result = await carryOut({ ...job, id }, placed, remote, options, () => rm(pending, { force: true }));
  signal.throwIfAborted();
  return result;
}

async function carryOut(
  job: RunJob,
  placed: Awaited<ReturnType<typeof placementOf>>,
  remote: Remote,
  { signal, onEvent, out }: RemoteRunOptions,
  forget: () => Promise<void>,
): Promise<RunResult> {
  const problems: Problem[] = [];
  const listen = (event: RunEvent): void => {
    if (event.type === "run-failed")
      problems.push(...event.problems.map((problem) => ({ ...known(problem), file: job.path })));
    onEvent(event);
  };
  const { runRemotely } = await import("../server/remote/remote-run.ts");
  const outcome = await runRemotely(job, placed, remote, signal, listen, new Steering());
  await forget();
  signal.throwIfAborted();
  if (outcome.state === "finished") return resultIn(out);
  if (problems.length > 0 && !problems.some(({ code }) => notTheirs.has(code))) throw new ExperimentError(problems);
  throw new RemoteError("reason" in outcome ? outcome.reason : `The run on ${remote.name} did not finish.`);
}

/** A problem that the remote daemon or a file of the run names. */
function known(problem: ShortProblem): Problem {
  return { ...problem, code: knownCode(problem.code) };
}

async function resultIn(out: string): Promise<RunResult> {
  const [run, leaderboard] = await Promise.all([readRun(out), readLeaderboard(out)]);
  const { id, winner, seconds, warnings, totals, experiment } = run;
  const { metric } = experiment;
  const score = run.score ?? Number.NaN;
  return { id, winner, score, metric, totals, leaderboard, warnings: warnings.map(known), seconds, out };
}

async function readPending(path: string, on: string): Promise<z.infer<typeof pendingSchema> | undefined> {
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const known = pendingSchema.safeParse(JSON.parse(text));
  return known.success && known.data.remote === on ? known.data : undefined;
}

/** Address and token of a remote. Throws an ExperimentError at `train.on`, or a MissingError where a flag named it. */
async function remoteNamed(file: ExperimentFile, { on, home }: RemoteRunOptions): Promise<Remote> {
  const { Store, localTenant } = await import("../server/store/store.ts");
  const folder = home ?? dataFolder();
  const store = await Store.open({ home: folder });
  try {
    const remote = await store.forTenant(localTenant).remotes.get({ name: on });
    if (remote) return remote;
  } finally {
    await store.close();
  }
  const message = `There is no remote \`${on}\`.`;
  const fix = `Make it known: almanac remote add ${on} URL --token-file FILE`;
  if (file.experiment.train.on !== on) throw new MissingError(message, { fix });
  const path = ["train", "on"];
  const range = file.parsed.locate(path);
  throw new ExperimentError([
    { severity: "error", code: "unknown-remote", message, fix, file: file.path, range, path },
  ]);
}
