import { existsSync } from "node:fs";
import { join } from "node:path";
import type { whatIfRoutes } from "../../../../protocol/api/what-if.ts";
import type { TenantStore } from "../../store/store.ts";
import type { Handlers } from "../mount.ts";
import { HttpProblem, notFound } from "../problem.ts";
import type { Services } from "../services.ts";

/** Folder of a finished run's files; refuses runs without a trained model. */
async function directoryOf(store: TenantStore, id: string): Promise<string> {
  const run = await store.runs.get({ id });
  if (!run) throw notFound("run");
  const directory = join(store.directory, "runs", run.id);
  if (run.state !== "finished" || !existsSync(join(directory, "model"))) {
    throw new HttpProblem(409, "no-model", `The run is ${run.state}: there is no trained model to ask.`, {
      fix: "Ask a finished run.",
    });
  }
  return directory;
}

export function whatIfHandlers({ whatIf }: Services): Handlers<keyof typeof whatIfRoutes> {
  return {
    getWhatIf: async ({ params, query }, { store }) =>
      await whatIf.ask(await directoryOf(store, params.id), "series", query),
    askWhatIf: async ({ params, body }, { store }) =>
      await whatIf.ask(await directoryOf(store, params.id), "forecast", body),
    seekGoal: async ({ params, body }, { store }) =>
      await whatIf.ask(await directoryOf(store, params.id), "goal", body),
    seekOptimum: async ({ params, body }, { store }) =>
      await whatIf.ask(await directoryOf(store, params.id), "optimum", body),
    explainForecast: async ({ params, body }, { store }) =>
      await whatIf.ask(await directoryOf(store, params.id), "explain", body),
  };
}
