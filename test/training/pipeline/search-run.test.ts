import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Steering } from "../../../daemon/forecasting/search/steering.ts";
import { readExperiment } from "../../../daemon/training/experiment/read-experiment.ts";
import { resolveSettings } from "../../../daemon/training/experiment/settings.ts";
import { DiskTaskCache } from "../../../daemon/training/files/task-cache.ts";
import { RunLog } from "../../../daemon/training/pipeline/run-log.ts";
import { searchRun } from "../../../daemon/training/pipeline/search-run.ts";
import { planTime } from "../../../daemon/training/pipeline/time-plan.ts";
import { WorkerPool } from "../../../daemon/training/workers/worker-pool.ts";
import { panelOf } from "../../fixtures/panel.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "almanac-search-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test("a search ends with its budget, whatever its fits do", async () => {
  const text = `data: { source: a.csv, time: date, target: y }
forecast: { horizon: 7 }
search: { models: [seasonal-naive, drift], budget: 1s }
`;
  const file = await readExperiment("a.forecast.yaml", { text });
  const panel = panelOf([{ past: Array.from({ length: 120 }, (_, day) => 50 + (day % 7)) }], 7);
  const pool = new WorkerPool({ workers: 1 });
  // Ends only when told to.
  vi.spyOn(pool, "run").mockImplementation(
    (_task, { signal } = {}) =>
      new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason))),
  );
  const settings = resolveSettings(file.experiment, panel, ["cpu"], 1);
  const { signal } = new AbortController();
  const onEvent = () => {};
  const { trials } = await searchRun({
    file,
    pool,
    panel,
    settings,
    signal,
    snapshot: "",
    fingerprint: "",
    budgetSeconds: 1,
    modelFolder: folder,
    options: { out: folder, workers: 1, devices: ["cpu"], signal, onEvent },
    log: new RunLog(1, onEvent),
    folders: { out: folder, work: folder, model: folder, unfinished: folder },
    steering: new Steering(),
    cache: new DiskTaskCache(join(folder, "tasks")),
    checkpoints: join(folder, "fits"),
    data: { panel, warnings: [], fingerprint: "" },
    time: planTime(file.experiment, { panel, settings }, 1),
  });
  expect(trials.map(({ status }) => status)).toEqual(["skipped", "skipped"]);
  for (const { reason } of trials) expect(reason).toMatch(/^The budget ended/);
});
