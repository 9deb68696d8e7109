import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fallbackWinner } from "../../../daemon/forecasting/ensemble/fallback-winner.ts";
import type { Winner } from "../../../daemon/forecasting/ensemble/winner.ts";
import { forecasterNamed } from "../../../daemon/forecasting/models/registry.ts";
import { writeSnapshot } from "../../../daemon/training/data/snapshot.ts";
import { DiskTaskCache } from "../../../daemon/training/files/task-cache.ts";
import { explainForecast } from "../../../daemon/training/pipeline/explain-forecast.ts";
import { type FinalForecast, fitWinner } from "../../../daemon/training/pipeline/fit-winner.ts";
import type { TaskContext } from "../../../daemon/training/pipeline/run-context.ts";
import { WorkerPool } from "../../../daemon/training/workers/worker-pool.ts";
import { panelOf } from "../../fixtures/panel.ts";

const horizon = 4;
/** More seconds than any machine takes. */
const hours = 36_000;
const panel = panelOf(
  Array.from({ length: 120 }, (_, id) => ({
    key: `shop ${id}`,
    past: Array.from({ length: 60 }, (_, day) => 20 + id + 5 * Math.sin((2 * Math.PI * day) / 7)),
  })),
  horizon,
);
const signal = new AbortController().signal;

let folder: string;
let pool: WorkerPool;
let context: TaskContext;
let final: FinalForecast;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "almanac-explained-"));
  pool = new WorkerPool({ workers: 1 });
  context = {
    pool,
    panel,
    signal,
    modelFolder: folder,
    snapshot: await writeSnapshot(panel, folder),
    fingerprint: "shops",
    settings: {
      plan: { horizon, gap: 0, step: horizon, season: 7 },
      fit: { horizon, gap: 0, levels: [0.5], seasons: [7], seed: 1, device: "cpu", threads: 1, bounds: {} },
      devices: ["cpu"],
      levels: [0.5],
      metric: "mase",
    },
    cache: new DiskTaskCache(join(folder, "tasks")),
    checkpoints: join(folder, "fits"),
    budgetSeconds: 60,
  };
  const one = fallbackWinner(["drift"], [0.5], 120, 60);
  const { title, family } = forecasterNamed("seasonal-naive");
  const other = { id: "seasonal-naive", model: "seasonal-naive", title, family, options: {} };
  const member = { ...one.members[0]!, weight: 0.5, share: 0.5 };
  const winner: Winner = { ...one, id: "ensemble", members: [member, { ...member, candidate: other }] };
  const options = { seconds: hours, signal, onProgress: () => {} };
  final = await fitWinner(context, winner, options);
});

afterAll(async () => {
  pool.close();
  await rm(folder, { recursive: true, force: true });
});

async function explained(time: { seconds: number; first: number }): Promise<string | undefined> {
  const found = await explainForecast(context, final, { samples: 16, ...time });
  return typeof found === "object" ? `${found.attribution.series.length} series` : found;
}

test("explanations: all series where there is time, a few of all members where the budget is used up, none where they would be late", async () => {
  expect(await explained({ seconds: hours, first: 1 })).toBe("120 series");
  expect(await explained({ seconds: -1, first: hours })).toBe("5 series");
  expect(await explained({ seconds: -1, first: 0 })).toBe("late");
  // Work that was late leaves the workers free for what comes next.
  expect(await explained({ seconds: hours, first: 1 })).toBe("120 series");
});
