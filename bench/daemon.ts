import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { installHint, type Load, loadTool } from "./daemon/load.ts";
import { type BenchDaemon, startDaemon, usageOf } from "./daemon/process.ts";
import { type BenchResult, type BenchRow, machineName } from "./result.ts";

/** Runs of a day of a busy service, through the queue in one go. */
const QUEUED = Number(process.env.ALMANAC_BENCH_RUNS ?? 3_300);
/** Real runs: the same queue with real data, models and files. */
const REAL = Number(process.env.ALMANAC_BENCH_REAL_RUNS ?? 20);
const SECONDS = 10;

/**
 * The daemon against what it promises: the ratio of a row is promise over measurement (measurement over promise for rates),
 * so that above 1 it is kept.
 */
export async function run(): Promise<BenchResult> {
  const home = mkdtempSync(join(tmpdir(), "almanac-bench-"));
  const rows: BenchRow[] = [];
  const load = loadTool();
  try {
    rows.push(await coldStart(home));
    const daemon = await startDaemon(home);
    try {
      rows.push(...(await idle(daemon)));
      rows.push(...(await realRuns(daemon, home)));
      if (load) rows.push(...(await underLoad(daemon, load)));
    } finally {
      await daemon.stop();
    }
    rows.push(await throughQueue(join(home, "queue")));
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
  const skipped = load ? [] : [{ peer: "autocannon", install: installHint }];
  return { name: "daemon", machine: machineName(), rows, skipped };
}

/** A row about something that shall stay below a limit. */
function below(
  what: string,
  measured: number,
  limit: number,
  unit: string,
  more: Record<string, string | number> = {},
): BenchRow {
  return { ratio: limit / measured, what, measured, promise: limit, unit, ...more };
}

function above(
  what: string,
  measured: number,
  promise: number,
  unit: string,
  more: Record<string, string | number> = {},
): BenchRow {
  return { ratio: measured / promise, what, measured, promise, unit, ...more };
}

/** The first start of all fills Node's cache of compiled code and is shown apart; the row is the median of those after it. */
async function coldStart(home: string): Promise<BenchRow> {
  const times: number[] = [];
  for (let start = 0; start < 8; start++) {
    const daemon = await startDaemon(join(home, `start-${start}`));
    times.push(daemon.readyMs);
    await daemon.stop();
  }
  const later = times.slice(1).sort((a, b) => a - b);
  return below("start to first answer, new data folder", later[3]!, 400, "ms", {
    first: times[0]!,
    slowest: later.at(-1)!,
  });
}

async function idle(daemon: BenchDaemon): Promise<BenchRow[]> {
  await wait(3_000);
  const before = usageOf(daemon.process.pid!);
  await wait(SECONDS * 1_000);
  const after = usageOf(daemon.process.pid!);
  const share = (100 * (after.cpuSeconds - before.cpuSeconds)) / SECONDS;
  return [
    below("idle memory", after.residentMiB, 120, "MiB"),
    // Linux counts hundredths of a second: nothing counted means less than one.
    below("idle processor", Math.max(share, 100 * (0.01 / SECONDS)), 0.5, "%"),
  ];
}

const DAYS = 200;
const HORIZON = 14;

/** A daily series with a week's pattern: enough for a small run, the same every time. */
function salesRows(): { date: string; units: number | null }[] {
  return Array.from({ length: DAYS }, (_, day) => ({
    date: new Date(Date.UTC(2025, 0, 1 + day)).toISOString().slice(0, 10),
    units: Number((20 + 5 * Math.sin((2 * Math.PI * day) / 7) + ((day * 37) % 11) / 5).toFixed(3)),
  }));
}

function writeExperiment(home: string): string {
  const path = join(home, "sales.forecast.yaml");
  writeFileSync(
    join(home, "sales.csv"),
    `date,units\n${salesRows()
      .map(({ date, units }) => `${date},${units}`)
      .join("\n")}\n`,
  );
  const search = "search: {models: [seasonal-naive, auto-ets], budget: 60s}\nexplain: false\n";
  writeFileSync(
    path,
    `experiment: sales\ndata: {source: sales.csv, time: date, target: units, frequency: day}\nforecast: {horizon: ${HORIZON}}\n${search}`,
  );
  return path;
}

async function realRuns(daemon: BenchDaemon, home: string): Promise<BenchRow[]> {
  const path = writeExperiment(home);
  const begun = performance.now();
  const ids: string[] = [];
  for (let seed = 0; seed < REAL; seed++) {
    ids.push((await daemon.client.createRun({ body: { path, options: { seed } } })).id);
  }
  await allEnded(daemon, 100);
  const seconds = (performance.now() - begun) / 1_000;
  const states = await Promise.all(ids.map(async (id) => (await daemon.client.getRun({ params: { id } })).state));
  const failed = states.filter((state) => state !== "finished").length;
  await daemon.client.deploy({ body: { name: "sales", run: ids[0]! } });
  // A day has 86,400 seconds: 3,300 runs a day leave each of them 26.
  return [
    below("small real run, one after the other", seconds / REAL, 86_400 / 3_300, "s a run", { runs: REAL, failed }),
  ];
}

async function allEnded(daemon: BenchDaemon, every: number, look: () => void = () => {}): Promise<void> {
  for (;;) {
    const { queued, running } = await daemon.client.getInfo();
    look();
    if (queued + running === 0) return;
    await wait(every);
  }
}

async function underLoad(daemon: BenchDaemon, load: NonNullable<ReturnType<typeof loadTool>>): Promise<BenchRow[]> {
  const { url, token } = daemon;
  const body = JSON.stringify({ rows: salesRows(), record: false });
  const predictions = `${url}/api/v1/deployments/sales/predictions`;
  await daemon.client.predict({ params: { name: "sales" }, body: { rows: salesRows(), record: false } });
  const common = { token, seconds: SECONDS };
  const one = await load({ ...common, url: predictions, method: "POST", body, connections: 1 });
  const many = await load({ ...common, url: predictions, method: "POST", body, connections: 16 });
  const list = await load({ ...common, url: `${url}/api/v1/runs?limit=10`, method: "GET", connections: 16 });
  const { residentMiB } = usageOf(daemon.process.pid!);
  return [
    // autocannon counts whole milliseconds: less than one shows as one.
    below("one prediction at a time, p50", Math.max(one.p50, 1), 15, "ms", figures(one)),
    below("one prediction at a time, p99", Math.max(one.p99, 1), 50, "ms", figures(one)),
    above("predictions, 16 callers", many.requestsPerSecond, 500, "requests/s", figures(many)),
    above("list of runs, 16 callers", list.requestsPerSecond, 500, "requests/s", { ...figures(list), residentMiB }),
  ];
}

function figures({ requestsPerSecond, p50, p95, p99, errors }: Load): Record<string, number> {
  return { requestsPerSecond, p50, p95, p99, errors };
}

async function throughQueue(home: string): Promise<BenchRow> {
  const daemon = await startDaemon(home, join(import.meta.dirname, "daemon/queue-daemon.ts"));
  try {
    const path = join(home, "plain.forecast.yaml");
    const text = "experiment: plain\ndata: {source: a.csv, time: date, target: y}\nforecast: {horizon: 1}\n";
    writeFileSync(path, text);
    const begun = performance.now();
    let peak = 0;
    for (let seed = 0; seed < QUEUED; seed++)
      await daemon.client.createRun({ body: { path, text, options: { seed } } });
    await allEnded(daemon, 250, () => {
      peak = Math.max(peak, usageOf(daemon.process.pid!).residentMiB);
    });
    const seconds = (performance.now() - begun) / 1_000;
    const { items } = await daemon.client.listRuns({ query: { state: "failed" } });
    const more = { runs: QUEUED, seconds, peakMiB: peak, failed: items.length };
    return below("queue alone: arithmetic in place of models", seconds / QUEUED, 86_400 / 3_300, "s a run", more);
  } finally {
    await daemon.stop();
  }
}
