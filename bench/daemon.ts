import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { batchRow } from "./daemon/batch.ts";
import { killRows } from "./daemon/kills.ts";
import { installHint, loadTool } from "./daemon/load.ts";
import { startDaemon, usageOf } from "./daemon/process.ts";
import { queueRows } from "./daemon/queue.ts";
import { requestRows } from "./daemon/requests.ts";
import { below } from "./daemon/rows.ts";
import { type BenchResult, type BenchRow, machineName } from "./result.ts";

const setting = (name: string, otherwise: number) => Number(process.env[`ALMANAC_BENCH_${name}`] ?? otherwise);

const parts: Readonly<Record<string, (home: string) => Promise<BenchRow[]>>> = {
  start: coldStart,
  idle,
  requests: async (home) => {
    const load = loadTool();
    return load ? requestRows(home, load) : [];
  },
  batch: async (home) => [await batchRow(home, setting("SERIES", 100_000))],
  queue: (home) => queueRows(home, setting("RUNS", 200)),
  kills: (home) => killRows(home, setting("KILLS", 12)),
};

/**
 * The daemon against what it promises: the ratio of a row is promise over measurement (measurement over promise for rates),
 * so that above 1 it is kept; of a row about sameness, 1 where everything was the same. `ALMANAC_BENCH_PARTS` names some of
 * the parts; runs through the queue, series of the batch and kills are fewer than the full table's unless asked for.
 */
export async function run(): Promise<BenchResult> {
  const rows: BenchRow[] = [];
  const wanted = (process.env.ALMANAC_BENCH_PARTS ?? Object.keys(parts).join(",")).split(",");
  for (const name of wanted) {
    const part = parts[name];
    if (part === undefined) throw new Error(`There is no part ${name}; there are ${Object.keys(parts).join(", ")}.`);
    const home = mkdtempSync(join(tmpdir(), "almanac-bench-"));
    try {
      rows.push(...(await part(home)));
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  }
  const skipped = loadTool() ? [] : [{ peer: "autocannon", install: installHint }];
  return { name: "daemon", machine: machineName(), rows, skipped };
}

/** The first start of all fills Node's cache of compiled code and is shown apart; the row is the median of those after it. */
async function coldStart(home: string): Promise<BenchRow[]> {
  const times: number[] = [];
  for (let start = 0; start < 8; start++) {
    const daemon = await startDaemon(join(home, `start-${start}`));
    times.push(daemon.readyMs);
    await daemon.stop();
  }
  const later = times.slice(1).sort((a, b) => a - b);
  const more = { first: times[0]!, slowest: later.at(-1)! };
  return [below("start to first answer, new data folder", later[3]!, 400, "ms", more)];
}

const idleSeconds = 10;

async function idle(home: string): Promise<BenchRow[]> {
  const daemon = await startDaemon(home);
  try {
    await wait(3_000);
    const before = usageOf(daemon.process.pid!);
    await wait(idleSeconds * 1_000);
    const after = usageOf(daemon.process.pid!);
    const share = (100 * (after.cpuSeconds - before.cpuSeconds)) / idleSeconds;
    return [
      below("idle memory", after.residentMiB, 120, "MiB"),
      // Linux counts hundredths of a second: nothing counted means less than one.
      below("idle processor", Math.max(share, 100 * (0.01 / idleSeconds)), 0.5, "%"),
    ];
  } finally {
    await daemon.stop();
  }
}
