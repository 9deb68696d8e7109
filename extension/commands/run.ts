import { z } from "zod";
import { ApiError } from "../../protocol/client.ts";
import { placedProblemSchema } from "../../protocol/problem.ts";
import type { RunOptions } from "../../protocol/run-overrides.ts";
import { hasEnded } from "../../protocol/run-states.ts";
import type { RunView } from "../daemon-client/runs.ts";
import { runCommand } from "../editor/commands.ts";
import { showError, showNotice, withProgress } from "../editor/dialogs.ts";
import { openFile, saveFile } from "../editor/files.ts";
import { setting } from "../editor/settings.ts";
import type { Host } from "../host.ts";
import { duration } from "../views/words.ts";
import { experimentOf } from "./target.ts";

/** Saves and runs an experiment, with `models` alone where given; shows progress that can be cancelled. */
export async function run(host: Host, given?: unknown, models?: unknown): Promise<void> {
  const path = await experimentOf(given);
  if (path === undefined) {
    await showNotice("There is no experiment in this workspace yet.", [
      "New Experiment",
      () => runCommand("almanac.newExperiment"),
    ]);
    return;
  }
  await saveFile(path);
  const only = z.array(z.string()).min(1).safeParse(models).data;
  const started = await startRun(host, path, only === undefined ? {} : { models: only });
  if (started === undefined) return;
  const ended = await withProgress(`Forecasting ${started.experiment}`, (report, signal) =>
    follow(host, started, report, signal),
  );
  await tellEnd(host, ended);
}

/** Queues a run; shows why where it is refused. */
async function startRun(host: Host, path: string, options: RunOptions): Promise<RunView | undefined> {
  try {
    return await queueRun(host, path, options);
  } catch (error) {
    await showRefusal(path, error);
    return undefined;
  }
}

/** Runs an experiment and resolves when the run has ended; rejects where it is refused. */
export async function startAndWait(
  host: Host,
  path: string,
  options: RunOptions,
  signal: AbortSignal,
): Promise<RunView> {
  return follow(host, await queueRun(host, path, options), () => {}, signal);
}

async function queueRun(host: Host, path: string, options: RunOptions): Promise<RunView> {
  const client = await host.daemon.client();
  // After a failed start nobody listened any more.
  void host.runs.follow();
  return host.runs.put(await client.createRun({ body: { path, options } }));
}

async function showRefusal(path: string, error: unknown): Promise<void> {
  const message = error instanceof Error ? error.message : String(error);
  const problems =
    error instanceof ApiError ? z.array(placedProblemSchema).safeParse(error.details.problems).data : undefined;
  const first = problems?.find(({ severity }) => severity === "error");
  if (first === undefined) {
    await showError(
      message,
      ["Show Log", () => runCommand("almanac.showLog")],
      ["Doctor", () => runCommand("almanac.doctor")],
    );
    return;
  }
  const more = problems!.length > 1 ? ` (and ${problems!.length - 1} more)` : "";
  await showError(`${first.message} ${first.fix ?? ""}${more}`, [
    "Go to Problem",
    () => openFile(path, (first.range?.start.line ?? 1) - 1),
  ]);
}

/** Resolves when the run has ended, in whatever way; cancels it when `signal` aborts. */
export function follow(
  host: Host,
  started: RunView,
  report: (percent: number, message: string) => void,
  signal: AbortSignal,
): Promise<RunView> {
  return new Promise((resolve) => {
    const look = () => {
      const run = host.runs.get(started.id);
      if (run === undefined) return;
      report(100 * (run.progress ?? 0), progressText(run));
      if (!hasEnded(run.state)) return;
      subscription.dispose();
      resolve(run);
    };
    const subscription = host.runs.onChange(look);
    signal.addEventListener("abort", () => void cancel(host, started.id));
    look();
  });
}

function progressText(run: RunView): string {
  if (run.state !== "running") return run.state;
  const percent = run.progress === undefined ? "starting" : `${Math.round(100 * run.progress)} %`;
  return run.remainingSeconds === undefined ? percent : `${percent}, about ${duration(run.remainingSeconds)} left`;
}

/** Asks the daemon to cancel; a run that has just ended is left as it is. */
export async function cancel(host: Host, id: string): Promise<void> {
  const client = await host.daemon.client();
  host.runs.put(await client.cancelRun({ params: { id } }));
}

async function tellEnd(host: Host, run: RunView): Promise<void> {
  if (run.state === "failed") {
    await showError(`${run.experiment} failed: ${run.reason ?? "for an unknown reason"}`, [
      "Show Log",
      () => host.log.show(),
    ]);
  } else if (run.state === "finished" && setting("report.openAfterRun")) {
    host.panels.open("report", run.id);
  } else if (run.state === "finished") {
    await showNotice(`${run.experiment} has finished.`, ["Open Report", () => host.panels.open("report", run.id)]);
  }
}
