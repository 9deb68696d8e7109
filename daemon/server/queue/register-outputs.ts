import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { runFiles } from "../../../protocol/api/runs.ts";
import { newId } from "../store/ids.ts";
import type { TenantStore } from "../store/store.ts";
import type { DatasetRow, RunRow } from "../store/tables.ts";

/** What is read of `run.json`; the rest is passed on as it is. */
const recordSchema = z.looseObject({
  fingerprint: z.string(),
  winner: z.string(),
  score: z.number().nullable(),
  experiment: z.looseObject({
    name: z.string(),
    metric: z.string(),
    settings: z.looseObject({ data: z.looseObject({ source: z.union([z.string(), z.array(z.string())]) }) }),
  }),
});

const profileSchema = z.looseObject({ profile: z.record(z.string(), z.unknown()).optional() });

const mediaTypes: Readonly<Record<string, string>> = { csv: "text/csv", json: "application/json", html: "text/html" };

/** Makes a finished run's files, model and data known to the store. Doing it twice changes nothing. */
export async function registerOutputs(store: TenantStore, run: RunRow): Promise<void> {
  const directory = join(store.directory, "runs", run.id);
  for (const name of runFiles) {
    const path = join(directory, name);
    if (!existsSync(path)) continue;
    const { digest, size } = await store.blobs.adopt(path);
    const mediaType = mediaTypes[name.split(".").at(-1)!]!;
    const row = { owner: run.id, name, digest, size, mediaType, createdAt: Date.now() };
    await store.artifacts.put(row, ["owner", "name"]);
  }
  await store.experiments.update({ path: run.path, updatedAt: { lt: run.startedAt ?? 0 } }, { stale: 0 });
  const parsed = recordSchema.safeParse(run.record);
  if (!parsed.success) return;
  const { winner, score, experiment, fingerprint } = parsed.data;
  if ((await store.models.count({ run: run.id })) === 0) {
    const model = { id: newId("mod"), run: run.id, model: winner, metric: experiment.metric, score };
    await store.models.insert({ ...model, directory: join(directory, "model"), createdAt: Date.now() });
  }
  const { name, settings } = experiment;
  await registerDataset(store, run.id, { name, fingerprint, sources: [settings.data.source].flat() });
}

/** The data of a run. */
type Dataset = Pick<DatasetRow, "name" | "fingerprint" | "sources">;

async function registerDataset(store: TenantStore, run: string, dataset: Dataset): Promise<void> {
  const file = join(store.directory, "runs", run, "report.json");
  const report = await readFile(file, "utf8").catch(() => "{}");
  const profile = profileSchema.parse(JSON.parse(report)).profile ?? null;
  const loaded = await store.events.find({ run, type: "data-loaded" }, { orderBy: [["sequence", "desc"]], limit: 1 });
  const { series = 0, rows = 0 } = (loaded[0]?.body ?? {}) as { series?: number; rows?: number };
  const now = Date.now();
  const { name, fingerprint } = dataset;
  const found = { ...dataset, rows, series, profile, updatedAt: now };
  if (!(await store.datasets.insertNew({ id: newId("dat"), createdAt: now, ...found }, ["name", "fingerprint"]))) {
    await store.datasets.update({ name, fingerprint }, found);
  }
}
