import { existsSync, readdirSync, statSync } from "node:fs";
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
  // Checkpoints are seldom written where that takes long, as on the disk of a busy machine.
  folder = await mkdtemp(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "almanac-worker-"));
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

/** When the last checkpoint was written, in milliseconds since 1970; 0 where there is none. One that is being written is none yet. */
function lastCheckpoint(): number {
  const fits = join(folder, "fits");
  if (!existsSync(fits)) return 0;
  const names = readdirSync(fits, { recursive: true, encoding: "utf8" }).filter((name) => !name.endsWith(".part"));
  const files = names.map((name) => statSync(join(fits, name)));
  return Math.max(0, ...files.filter((file) => file.isFile()).map(({ mtimeMs }) => mtimeMs));
}

test("a worker that is killed while it trains: the next one goes on from the checkpoint, to the same numbers", async () => {
  const undisturbed = await pool.run(await fitTask("undisturbed"));
  await rm(join(folder, "fits"), { recursive: true, force: true });

  const fractions: number[] = [];
  const running = pool.run(await fitTask("killed"), { onProgress: (fraction) => fractions.push(fraction) });
  const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
  while ((fractions.at(-1) ?? 0) < 0.1) await pause(10);
  // A state is saved at most every fifty times as long as that takes, which on a slow disk may be longer than the training: it stands still meanwhile.
  for (const since = Date.now(); lastCheckpoint() < since; await pause(100)) {
    process.kill(pool.pids[0]!, "SIGSTOP");
    await pause(1000);
    process.kill(pool.pids[0]!, "SIGCONT");
  }
  const before = fractions.length;
  process.kill(pool.pids[0]!, "SIGKILL");
  const { forecast } = await running;

  expect(forecast.mean).toEqual(undisturbed.forecast.mean);
  expect(forecast.quantiles).toEqual(undisturbed.forecast.quantiles);
  // A training that started again would report its first twentieth.
  expect(fractions[before]!).toBeGreaterThan(0.1);
}, 180_000);
