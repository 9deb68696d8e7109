import { type Choice, openBrowser, pickSeveral, showNotice } from "../editor/dialogs.ts";
import { createFile, openFile } from "../editor/files.ts";
import type { Host } from "../host.ts";
import type { PageName } from "../panels/page.ts";
import { ago } from "../views/words.ts";
import { experimentOf, runOf } from "./target.ts";

/** Opens one of the pages of a finished run. */
export async function openPage(host: Host, page: PageName, given?: unknown, id?: unknown): Promise<void> {
  const run = await runOf(host, given, id, ({ state }) => state === "finished");
  if (run === undefined) await showNotice("There is no finished run yet.");
  else host.panels.open(page, run.id);
}

/** Shows the training of a run under way, or of the newest one. */
export async function live(host: Host, given?: unknown, id?: unknown): Promise<void> {
  const run = await runOf(host, given, id, () => true);
  if (run !== undefined) host.panels.open("live", run.id);
}

/** Puts runs side by side: one of the experiment and its newest other one are proposed. */
export async function compare(host: Host, given?: unknown, id?: unknown): Promise<void> {
  const newest = await runOf(host, given, id, ({ state }) => state === "finished");
  if (newest === undefined) return;
  const finished = host.runs.all.filter(({ state }) => state === "finished");
  const other = finished.find(({ id: its, path }) => path === newest.path && its !== newest.id);
  const choices: Choice<string>[] = finished.map((run) => ({
    label: run.experiment,
    description: ago(run.createdAt),
    picked: run.id === newest.id || run.id === other?.id,
    value: run.id,
  }));
  const picked = await pickSeveral("Runs to compare", choices);
  if (picked !== undefined && picked.length > 0) host.panels.open("compare", ...picked);
}

/** Opens the daemon's own pages in the browser, logged in once. */
export async function openInBrowser(host: Host): Promise<void> {
  const { url } = await (await host.daemon.client()).createLoginLink();
  await openBrowser(url);
}

/** Writes forecast.csv beside the experiment and opens it. */
export async function openForecast(host: Host, given?: unknown): Promise<void> {
  const run = await runOf(host, given, undefined, ({ state }) => state === "finished");
  if (run === undefined) return;
  const bytes = await (await host.daemon.client()).getRunFile({ params: { id: run.id, file: "forecast.csv" } });
  const path = run.path.replace(/\.forecast\.ya?ml$/, `.${run.id.slice(-6)}.forecast.csv`);
  await createFile(path, new TextDecoder().decode(bytes));
  await openFile(path);
}

/** Opens the experiment's file. */
export async function openExperiment(given?: unknown): Promise<void> {
  const path = await experimentOf(given);
  if (path !== undefined) await openFile(path);
}
