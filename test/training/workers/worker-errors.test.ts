import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { writeSnapshot } from "../../../daemon/training/data/snapshot.ts";
import type { FitTask } from "../../../daemon/training/workers/task.ts";
import { WorkerPool } from "../../../daemon/training/workers/worker-pool.ts";
import { DataError, EngineError } from "../../../protocol/errors.ts";
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

const horizon = 2;
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

function fitTask(snapshot: string, more: Partial<FitTask> = {}): FitTask {
  return {
    kind: "fit",
    snapshot,
    model: "seasonal-naive",
    options: {},
    origin: "final",
    later: [],
    plan: { horizon, gap: 0, step: horizon, season: 7 },
    rows: [0, 1],
    settings,
    devices: ["cpu"],
    seconds: 60,
    checkpoint: { folder: join(folder, "fits"), key: "fit", intervalMs: 1000 },
    ...more,
  };
}

const snapshotOf = async () =>
  writeSnapshot(panelOf([{ key: "shop", past: [1, 2, 3, 4, 5, 6, 7, 8] }], horizon), folder);

/** What a task is rejected with. */
const rejectionOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

test("data that a worker cannot use are a DataError with code and file", async () => {
  const damaged = join(folder, "damaged.panel");
  await writeFile(damaged, "no panel");
  const error = await rejectionOf(pool.run(fitTask(damaged)));
  expect(error).toBeInstanceOf(DataError);
  expect(error).toMatchObject({ tag: "data", code: "snapshot-damaged", file: damaged });
});

test("a mistake of the program is an EngineError that names the model", async () => {
  const error = await rejectionOf(pool.run(fitTask(await snapshotOf(), { model: "nobody" })));
  expect(error).toBeInstanceOf(EngineError);
  expect((error as Error).message).toMatch(/^nobody: RangeError: /);
});

test("a worker whose heap is too small says so, and is not tried again", async () => {
  const small = new WorkerPool({ workers: 1, memoryMiB: 8 });
  const pids: (number | undefined)[] = [];
  const onStart = () => pids.push(small.pids[0]);
  const error = await rejectionOf(small.run(fitTask(await snapshotOf()), { onStart }));
  small.close();
  expect(error).toMatchObject({ message: "The worker ran out of memory: its heap reached the limit of 8 MiB." });
  expect(pids).toHaveLength(1);
});

test.skipIf(process.platform !== "linux")("every worker has a heap limit", () => {
  pool.warmUp();
  const command = readFileSync(`/proc/${pool.pids[0]}/cmdline`, "utf8");
  expect(Number(/--max-old-space-size=(\d+)/.exec(command)?.[1])).toBeGreaterThanOrEqual(512);
});
