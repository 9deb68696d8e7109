import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Steering } from "../../../daemon/forecasting/search/steering.ts";
import { resolveSettings } from "../../../daemon/training/experiment/settings.ts";
import { DiskTaskCache } from "../../../daemon/training/files/task-cache.ts";
import { RunLog } from "../../../daemon/training/pipeline/run-log.ts";
import { searchRun } from "../../../daemon/training/pipeline/search-run.ts";
import { planTime } from "../../../daemon/training/pipeline/time-plan.ts";
import { WorkerPool } from "../../../daemon/training/workers/worker-pool.ts";
import { experimentSchema } from "../../../protocol/experiment/schema.ts";
import { panelOf } from "../../fixtures/panel.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "almanac-search-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test("a search ends with its budget, whatever its fits do", async () => {
  const experiment = experimentSchema.parse({
    data: { source: "a.csv", time: "date", target: "y" },
    forecast: { horizon: 7 },
    search: { models: ["seasonal-naive", "drift"], budget: "1s" },
  });
  const panel = panelOf([{ past: Array.from({ length: 120 }, (_, day) => 50 + (day % 7)) }], 7);
  const pool = new WorkerPool({ workers: 1 });
  // Ends only when told to.
  vi.spyOn(pool, "run").mockImplementation(
    (_task, { signal } = {}) =>
      new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason))),
  );
  const settings = resolveSettings(experiment, panel, ["cpu"], 1);
  const surroundings = {
    ...{ pool, snapshot: "", fingerprint: "", settings, budgetSeconds: 1 },
    cache: new DiskTaskCache(join(folder, "tasks")),
    checkpoints: join(folder, "fits"),
  };
  const log = new RunLog(1, () => {});
  const time = planTime(experiment, panel, settings, 1);
  const { signal } = new AbortController();
  const { trials } = await searchRun(experiment, panel, surroundings, time, log, signal, new Steering());
  expect(trials.map(({ status }) => status)).toEqual(["skipped", "skipped"]);
  for (const { reason } of trials) expect(reason).toMatch(/^The budget ended/);
});
