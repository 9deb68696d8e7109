import type { experimentRoutes } from "../../../../protocol/api/experiments.ts";
import { experimentName, parseText } from "../../../training/experiment/parse-text.ts";
import { confine } from "../../queue/confine.ts";
import { readExperimentText } from "../../queue/submit.ts";
import { newId } from "../../store/ids.ts";
import type { ExperimentRow } from "../../store/tables.ts";
import type { Handlers } from "../mount.ts";
import { moment, pageOf } from "../page.ts";
import { notFound } from "../problem.ts";
import type { Services } from "../services.ts";

function view(row: ExperimentRow) {
  return {
    id: row.id,
    name: row.name,
    path: row.path,
    watch: row.watch === 1,
    stale: row.stale === 1,
    // SAFETY: written from the problems of `parseExperiment`.
    problems: row.problems as { severity: "error"; code: string; message: string }[],
    createdAt: moment(row.createdAt),
    updatedAt: moment(row.updatedAt),
  };
}

export function experimentHandlers({ files, watcher }: Services): Handlers<keyof typeof experimentRoutes> {
  return {
    listExperiments: ({ query }, { store }) => pageOf(store.experiments, {}, query, view),
    putExperiment: async ({ body: { path, watch } }, { store }) => {
      confine(store, path);
      const text = await readExperimentText(path);
      const parsed = await parseText(text, path);
      // Refused here if they cannot be watched: outside of the tenant's folder, or a pattern that takes too long.
      await files.of(store, path, text);
      const updatedAt = Date.now();
      const found = {
        name: experimentName(parsed, path),
        text,
        problems: [...parsed.problems],
        watch: watch ? 1 : 0,
        updatedAt,
      };
      const row = { id: newId("exp"), path, stale: 0, createdAt: updatedAt, ...found };
      if (!(await store.experiments.insertNew(row, ["path"]))) {
        await store.experiments.update({ path }, found);
      }
      await watcher.refresh();
      return view((await store.experiments.get({ path }))!);
    },
    getExperiment: async ({ params }, { store }) => {
      const row = await store.experiments.get({ id: params.id });
      if (!row) throw notFound("experiment");
      return view(row);
    },
    deleteExperiment: async ({ params }, { store }) => {
      if ((await store.experiments.remove({ id: params.id })) === 0) throw notFound("experiment");
      await watcher.refresh();
      return null;
    },
  };
}
