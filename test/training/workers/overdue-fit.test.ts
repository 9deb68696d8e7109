import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { foldAt } from "../../../daemon/forecasting/evaluation/fold.ts";
import { forecasterNamed } from "../../../daemon/forecasting/models/registry.ts";
import { TooDearError } from "../../../daemon/forecasting/search/search.ts";
import { writeSnapshot } from "../../../daemon/training/data/snapshot.ts";
import { DiskTaskCache } from "../../../daemon/training/files/task-cache.ts";
import { fitAtFolds } from "../../../daemon/training/pipeline/fit-candidate.ts";
import type { TaskContext } from "../../../daemon/training/pipeline/run-context.ts";
import { WorkerPool } from "../../../daemon/training/workers/worker-pool.ts";
import { panelOf } from "../../fixtures/panel.ts";

let folder: string;
let pool: WorkerPool;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "almanac-overdue-"));
  pool = new WorkerPool({ workers: 1 });
});
afterEach(async () => {
  pool.close();
  await rm(folder, { recursive: true, force: true });
});

const horizon = 7;
const plan = { horizon, gap: 0, step: horizon, season: 7 };
const panel = panelOf([{ past: Array.from({ length: 120 }, (_, day) => 50 + (day % 7)) }], horizon);

async function taskContext(): Promise<TaskContext> {
  const snapshot = await writeSnapshot(panel, folder);
  const settings = {
    horizon,
    gap: 0,
    levels: [0.5],
    seasons: [7],
    seed: 5,
    device: "cpu",
    threads: 1,
    bounds: {},
  } as const;
  return {
    pool,
    panel,
    snapshot,
    fingerprint: basename(snapshot),
    budgetSeconds: 60,
    settings: { plan, fit: settings, devices: ["cpu"], levels: [0.5], metric: "mase" },
    cache: new DiskTaskCache(join(folder, "tasks")),
    checkpoints: join(folder, "fits"),
    modelFolder: join(folder, "model"),
    signal: new AbortController().signal,
  };
}

test("a fit that does not end is ended soon after its share of the time, and the next one runs", async () => {
  const context = await taskContext();
  const fit = (model: string, seconds: number) => {
    const { title, family } = forecasterNamed(model);
    const candidate = { id: model, model, title, family, options: {} };
    const { signal } = context;
    return fitAtFolds(context, candidate, [foldAt(panel, plan, 0)], { seconds, signal, onProgress: () => {} });
  };
  pool.warmUp();
  // Stopped like this a process neither works nor hears that it should end.
  process.kill(pool.pids[0]!, "SIGSTOP");
  const overdue = fit("auto-ets", 0.5);
  await expect(overdue).rejects.toThrow(TooDearError);
  await expect(overdue).rejects.toThrow(/its share of the budget is/);

  const { forecasts } = await fit("seasonal-naive", 36_000);
  expect([...forecasts[0]!.mean]).toEqual([...panel.target.subarray(113, 120)]);
});
