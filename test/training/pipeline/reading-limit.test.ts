import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Reader, type ReadOptions } from "../../../daemon/training/data/reader.ts";
import { readExperiment } from "../../../daemon/training/experiment/read-experiment.ts";
import { runExperiment } from "../../../daemon/training/pipeline/run-experiment.ts";
import { WorkerPool } from "../../../daemon/training/workers/worker-pool.ts";

let folder: string;
const pool = new WorkerPool({ workers: 1 });
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "almanac-limit-"));
});
afterAll(() => {
  pool.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A reader that tells how long it may take, and reads nothing. */
class LimitTeller extends Reader {
  limit: number | undefined;

  override read(_kind: unknown, _job: unknown, { timeoutMs }: ReadOptions): Promise<never> {
    this.limit = timeoutMs;
    return Promise.reject(new Error("Nothing is read."));
  }
}

test.each([
  ["5s", 120],
  ["10 minutes", 600],
  ["2h", 900],
])("with a budget of %s, reading and its query end after %i seconds", async (budget, seconds) => {
  const path = join(folder, "x.forecast.yaml");
  const text = `data: {source: d.csv, time: t, target: y}\nforecast: {horizon: 1}\nsearch: {budget: ${budget}}\n`;
  writeFileSync(path, text);
  const reader = new LimitTeller();
  const { signal } = new AbortController();
  const options = { out: join(folder, "out"), workers: 1, devices: ["cpu"] as const, signal, onEvent: () => undefined };
  const run = runExperiment(await readExperiment(path), { ...options, processes: { pool, reader } });
  await expect(run).rejects.toThrow("Nothing is read.");
  expect(reader.limit).toBe(1000 * seconds);
});
