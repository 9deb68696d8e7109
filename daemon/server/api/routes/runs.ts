import { existsSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { z } from "zod";
import type { runFiles, runRoutes, runSchema } from "../../../../protocol/api/runs.ts";
import type { ReportDocument } from "../../../../protocol/report.ts";
import { hasEnded } from "../../../../protocol/run-states.ts";
import { submitRun } from "../../queue/submit.ts";
import type { TenantStore } from "../../store/store.ts";
import type { RunRow } from "../../store/tables.ts";
import { readCsvPage } from "../csv-rows.ts";
import { streamEvents } from "../event-stream.ts";
import type { Caller, Handlers } from "../mount.ts";
import { moment, pageOf } from "../page.ts";
import { conflict, HttpProblem, notFound } from "../problem.ts";
import type { Services } from "../services.ts";

export function viewRun(row: RunRow): z.input<typeof runSchema> {
  return {
    id: row.id,
    experiment: row.experiment,
    path: row.path,
    state: row.state,
    priority: row.priority,
    attempt: row.attempt,
    reason: row.reason,
    options: row.options,
    stale: row.stale === 1,
    record: row.record,
    createdAt: moment(row.createdAt),
    startedAt: moment(row.startedAt),
    finishedAt: moment(row.finishedAt),
  };
}

async function runOf(store: TenantStore, id: string): Promise<RunRow> {
  const row = await store.runs.get({ id });
  if (!row) throw notFound("run");
  return row;
}

/** Path of a file the run wrote; refuses names that are not a run's, and files that it did not write. */
export async function fileOf(store: TenantStore, id: string, file: (typeof runFiles)[number]): Promise<string> {
  const run = await runOf(store, id);
  const path = join(store.directory, "runs", run.id, file);
  if (!existsSync(path)) {
    const why = run.state === "finished" ? "This run did not write it." : `The run is ${run.state}.`;
    throw new HttpProblem(404, "no-such-file", `There is no ${file}. ${why}`);
  }
  return path;
}

const types: Readonly<Record<string, string>> = { csv: "text/csv", json: "application/json", html: "text/html" };

/** Sends a report so that its scripts run, but as nobody: without our origin, our cookies or the network. */
const reportPolicy =
  "sandbox allow-scripts allow-downloads; default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval' blob:; style-src 'unsafe-inline'; img-src data: blob:; font-src data:";

/** The page of a run that left it to be made when asked for; undefined where it wrote one itself. */
async function pageOfReport(store: TenantStore, id: string): Promise<string | undefined> {
  const directory = join(store.directory, "runs", (await runOf(store, id)).id);
  if (existsSync(join(directory, "report.html")) || !existsSync(join(directory, "report.json"))) return undefined;
  const { renderReportPage } = await import("../../../training/outputs/report-page.ts");
  // SAFETY: the run's own process wrote it as a report document, and nobody else writes there.
  return renderReportPage(JSON.parse(await readFile(join(directory, "report.json"), "utf8")) as ReportDocument);
}

export async function sendRunFile(caller: Caller, id: string, file: (typeof runFiles)[number]): Promise<undefined> {
  const { response, store } = caller;
  if (file === "report.html") {
    response.set("content-security-policy", reportPolicy);
    const page = await pageOfReport(store, id);
    if (page !== undefined) {
      response.type("text/html").send(page);
      return undefined;
    }
  }
  const path = await fileOf(store, id, file);
  response.type(types[file.split(".").at(-1)!]!);
  const known = await store.artifacts.get({ owner: id, name: file });
  if (known) response.set("content-digest", `sha-256=:${Buffer.from(known.digest, "hex").toString("base64")}:`);
  await new Promise<void>((resolve, reject) =>
    response.sendFile(path, { dotfiles: "allow" }, (error) =>
      error && !response.destroyed ? reject(error) : resolve(),
    ),
  );
  return undefined;
}

export function runHandlers({ queue, log }: Services): Handlers<keyof typeof runRoutes> {
  async function changed(
    store: TenantStore,
    id: string,
    done: boolean,
    how: string,
  ): Promise<ReturnType<typeof viewRun>> {
    const run = await runOf(store, id);
    if (!done) {
      throw conflict("wrong-state", `The run is ${run.state} and cannot be ${how}.`);
    }
    return viewRun(run);
  }
  return {
    listRuns: ({ query: { state, experiment, ...page } }, { store }) =>
      pageOf(store.runs, { ...(state ? { state } : {}), ...(experiment ? { experiment } : {}) }, page, viewRun),
    createRun: async ({ body }, { store, reserved: id }) => viewRun(await submitRun({ store, log, queue }, body, id)),
    getRun: async ({ params }, { store }) => viewRun(await runOf(store, params.id)),
    deleteRun: async ({ params: { id } }, { store }) => {
      const run = await runOf(store, id);
      if (!hasEnded(run.state) && run.state !== "paused") {
        throw conflict("run-active", `The run is ${run.state}.`, "Cancel it first.");
      }
      if ((await store.deploymentVersions.count({ run: id })) > 0) {
        throw conflict("run-deployed", "A deployment uses this run's model.", "Delete the deployment first.");
      }
      await store.runs.remove({ id, state: run.state });
      await store.artifacts.remove({ owner: id });
      await rm(join(store.directory, "runs", id), { recursive: true, force: true });
      return null;
    },
    cancelRun: async ({ params: { id } }, { store }) =>
      changed(store, id, await queue.stopRun(store, id, "cancel"), "cancelled"),
    pauseRun: async ({ params: { id } }, { store }) =>
      changed(store, id, await queue.stopRun(store, id, "pause"), "paused"),
    resumeRun: async ({ params: { id } }, { store }) => changed(store, id, await queue.resumeRun(store, id), "resumed"),
    listTasks: async ({ params: { id } }, { store }) => {
      await runOf(store, id);
      const tasks = await store.tasks.find({ run: id }, { orderBy: [["startedAt", "asc"]] });
      const items = tasks.map(({ candidate, fold, state, attempt, reason, startedAt, finishedAt }) => ({
        candidate,
        fold,
        state,
        attempt,
        reason,
        startedAt: moment(startedAt),
        finishedAt: moment(finishedAt),
      }));
      return { items };
    },
    runEvents: async ({ params: { id } }, caller) => {
      await runOf(caller.store, id);
      await streamEvents(caller, log, {
        run: id,
        from: 0,
        isLast: ({ event }) => event.type === "run-state" && hasEnded(event.state),
        hasEnded: async () => {
          const state = (await caller.store.runs.get({ id }))?.state;
          return state === undefined || hasEnded(state);
        },
      });
      return undefined;
    },
    allEvents: async (_, caller) => {
      await streamEvents(caller, log, {});
      return undefined;
    },
    getLeaderboard: async ({ params }, { store }) =>
      JSON.parse(await readFile(await fileOf(store, params.id, "leaderboard.json"), "utf8")),
    getForecast: async ({ params, query }, { store }) =>
      readCsvPage(await fileOf(store, params.id, "forecast.csv"), query.offset, query.limit),
    getBacktest: async ({ params, query }, { store }) =>
      readCsvPage(await fileOf(store, params.id, "backtest.csv"), query.offset, query.limit),
    getExplanations: async ({ params }, { store }) =>
      JSON.parse(await readFile(await fileOf(store, params.id, "explanations.json"), "utf8")),
    getRunFile: ({ params }, caller) => sendRunFile(caller, params.id, params.file),
  };
}
