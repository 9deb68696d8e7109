/** A run process: carries out the runs the daemon sends it, one after the other. What it reports is all that leaves it. */

import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { AlmanacError, DataError, ExperimentError, type Problem } from "../../../protocol/errors.ts";
import type { RunEvent } from "../../../protocol/events.ts";
import { runOptionsSchema } from "../../../protocol/run-overrides.ts";
import { Steering } from "../../forecasting/search/steering.ts";
import { isDiskFull } from "../../training/files/persist.ts";
import { DiskTaskCache } from "../../training/files/task-cache.ts";
import type { RunProcesses } from "../../training/pipeline/run-options.ts";
import { answerQuestions } from "../../training/workers/processes/answering.ts";
import { shareOfOwnHeap } from "../../training/workers/processes/heap-limit.ts";
import { gpuSeconds, startCost } from "./cost.ts";
import { type RunJob, type RunOutcome, runContract } from "./run-messages.ts";

type Report = (event: RunEvent) => void;

let steering = new Steering();

answerQuestions(runContract, {
  run: ({ job, wishes }, { signal, tell }) => {
    steering = new Steering(wishes);
    return carryOut(job, signal, tell);
  },
  steer: ({ candidate, wish }) => {
    steering.set(candidate, wish);
    return null;
  },
});

async function carryOut(job: RunJob, signal: AbortSignal, tell: Report): Promise<RunOutcome> {
  try {
    return { state: "finished", record: await run(job, signal, tell) };
  } catch (error) {
    if (signal.aborted) return { state: "stopped" };
    if (isDiskFull(error)) return { state: "disk-full" };
    if (error instanceof DataError && error.code === "reader-crashed")
      return { state: "crashed", reason: error.message };
    tell({ type: "run-failed", problems: problemsOf(error) });
    return { state: "failed", reason: reasonOf(error) };
  }
}

async function run(job: RunJob, signal: AbortSignal, tell: Report): Promise<Record<string, unknown>> {
  const [{ readExperiment }, { runExperiment }, { trainingDevices }] = await Promise.all([
    import("../../training/experiment/read-experiment.ts"),
    import("../../training/pipeline/run-experiment.ts"),
    import("../../training/devices/training-devices.ts"),
  ]);
  const found = await finishedBefore(job, tell);
  if (found) return found;
  const costSoFar = startCost();
  const { workers, device, on: _on, ...rest } = runOptionsSchema.parse(job.options);
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  const text = job.text === "" ? {} : { text: job.text };
  const file = await readExperiment(job.path, { ...given, device, ...text });
  // The number of workers changes no number, and more than there are cores only take memory from others.
  const wanted = Math.min(workers ?? Number.POSITIVE_INFINITY, availableParallelism());
  const { leaderboard } = await runExperiment(file, {
    out: job.directory,
    workers: wanted,
    devices: await trainingDevices(file.experiment.train.device),
    signal,
    steering,
    onEvent: tell,
    cache: new DiskTaskCache(job.cache),
    resumable: true,
    pageLater: true,
    id: job.id,
    processes: await processesFor(wanted),
  });
  return { ...(await readRecord(job)), ...costSoFar(), gpuSeconds: gpuSeconds(leaderboard) };
}

async function readRecord({ directory }: RunJob): Promise<Record<string, unknown>> {
  const { text: _, ...record } = recordSchema.parse(JSON.parse(await readFile(join(directory, "run.json"), "utf8")));
  return record;
}

const finishedSchema = z.looseObject({
  id: z.string(),
  winner: z.string(),
  score: z.number().nullable(),
  seconds: z.number(),
});

/**
 * What an attempt of this very run left that was killed after its last file was written: everything is there, and only the
 * message is missing.
 */
async function finishedBefore(job: RunJob, tell: Report): Promise<Record<string, unknown> | undefined> {
  if (!existsSync(join(job.directory, "report.json"))) return undefined;
  const record = await readRecord(job).catch(() => undefined);
  const parsed = finishedSchema.safeParse(record);
  if (!parsed.success || parsed.data.id !== job.id) return undefined;
  const { winner, score, seconds } = parsed.data;
  tell({ type: "run-finished", winner, score, seconds, directory: job.directory });
  return record;
}

let processes: RunProcesses | undefined;

/** The processes of the run before, where it had as many workers: starting them takes longer than a small run does. */
async function processesFor(workers: number): Promise<RunProcesses> {
  if (processes?.pool.size !== workers) {
    processes?.pool.close();
    const { Reader } = await import("../../training/data/reader.ts");
    const { WorkerPool } = await import("../../training/workers/worker-pool.ts");
    // The daemon has shared the machine's memory among its run processes.
    const memoryMiB = shareOfOwnHeap(workers);
    processes = {
      pool: new WorkerPool({ workers, memoryMiB }),
      reader: processes?.reader ?? new Reader({ keep: true }),
    };
  }
  return processes;
}

const recordSchema = z.record(z.string(), z.unknown());

function problemsOf(error: unknown): Problem[] {
  if (error instanceof ExperimentError) return [...error.problems];
  const fix = error instanceof AlmanacError && error.fix !== undefined ? { fix: error.fix } : {};
  const code = error instanceof AlmanacError ? error.code : "internal";
  return [{ severity: "error", code, message: messageOf(error), ...fix }];
}

function reasonOf(error: unknown): string {
  const fix = error instanceof AlmanacError && error.fix !== undefined ? ` ${error.fix}` : "";
  return `${messageOf(error)}${fix}`;
}

function messageOf(error: unknown): string {
  if (error instanceof AlmanacError) return error.message;
  return `The run hit a mistake of the program: ${error instanceof Error ? error.message : String(error)}`;
}
