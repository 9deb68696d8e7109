import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { writeSnapshot } from "../../../daemon/training/data/snapshot.ts";
import type { FitTask } from "../../../daemon/training/workers/task.ts";
import { WorkerPool } from "../../../daemon/training/workers/worker-pool.ts";
import { panelOf } from "../../fixtures/panel.ts";

let folder: string;
let pool: WorkerPool;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "almanac-worker-"));
  pool = new WorkerPool({ workers: 1 });
});
afterEach(async () => {
  pool.close();
  await rm(folder, { recursive: true, force: true });
});

const horizon = 8;

async function fitTask(key: string): Promise<FitTask> {
  const past = (shop: number) =>
    Array.from({ length: 300 }, (_, day) => 50 + shop + 10 * Math.sin((2 * Math.PI * day) / 7) + ((day * 37) % 11));
  const panel = panelOf(
    [0, 1, 2, 3].map((shop) => ({ key: `shop ${shop}`, past: past(shop) })),
    horizon,
  );
  const sizes = { horizon, gap: 0, levels: [0.1, 0.5, 0.9], seasons: [7] };
  return {
    kind: "fit",
    snapshot: await writeSnapshot(panel, folder),
    model: "recurrent",
    options: { members: 1, steps: 150, learningRate: 0.002 },
    origin: "final",
    later: [],
    plan: { horizon, gap: 0, step: horizon, season: 7 },
    rows: [0, 4],
    settings: { ...sizes, seed: 5, device: "cpu", threads: 1, bounds: {} },
    devices: ["cpu"],
    seconds: 600,
    checkpoint: { folder: join(folder, "fits"), key, intervalMs: 0 },
  };
}

test("a worker that is killed while it trains: the next one goes on from the checkpoint, to the same numbers", async () => {
  const undisturbed = await pool.run(await fitTask("undisturbed"));
  await rm(join(folder, "fits"), { recursive: true, force: true });

  const fractions: number[] = [];
  const killAfter = 0.1;
  const { forecast } = await pool.run(await fitTask("killed"), {
    onProgress: (fraction) => {
      // Every state is saved before the next one is reported, so that there is a checkpoint of the second report at least.
      if (fraction > killAfter && !fractions.some((earlier) => earlier > killAfter))
        process.kill(pool.pids[0]!, "SIGKILL");
      fractions.push(fraction);
    },
  });

  expect(forecast.mean).toEqual(undisturbed.forecast.mean);
  expect(forecast.quantiles).toEqual(undisturbed.forecast.quantiles);
  // A training that started again would report its first twentieth twice.
  expect(new Set(fractions.filter((fraction) => fraction <= killAfter)).size).toBe(
    fractions.filter((fraction) => fraction <= killAfter).length,
  );
});
