import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { z } from "zod";
import { type BenchResult, type BenchRow, machineName } from "./result.ts";
import { sharedData } from "./shared-data.ts";

const python = path.join(import.meta.dirname, ".venv", "bin", "python");
const almanac = path.join(import.meta.dirname, "..", "bin", "almanac.mjs");

/** Seconds of wall clock each tool gets a set; ALMANAC_BENCH_BUDGET changes it. */
const budget = Number(process.env.ALMANAC_BENCH_BUDGET ?? 120);

/** Sets to run, separated by commas; all of them when left out. */
const chosen = process.env.ALMANAC_BENCH_SETS?.split(",");

const scoreSchema = z.object({
  series: z.number(),
  mase: z.number(),
  smape: z.number(),
  wql: z.number(),
  coverage80: z.number().nullable(),
});

type Score = z.infer<typeof scoreSchema>;

/** One tool's result on one set. */
interface Measured {
  readonly score: Score;
  readonly seconds: number;
  /** Largest resident memory of the tool's processes, MiB. */
  readonly memory: number;
}

const peers = ["statsforecast", "mlforecast", "autogluon"] as const;

/**
 * Accuracy beside other tools on the same split, the same wall clock and the same cores. `ratio` is the tool's MASE divided
 * by Almanac's: above 1 Almanac is more accurate. Scores come from the data's own scorer, which Almanac never reads.
 */
export async function run(): Promise<BenchResult> {
  const skipped: { peer: string; install: string }[] = [];
  if (!existsSync(path.join(sharedData, "score.py"))) {
    const install = "set ALMANAC_BENCH_DATA to the folder of the benchmark data";
    return { name: "accuracy", machine: machineName(), rows: [], skipped: [{ peer: "benchmark data", install }] };
  }
  const available = peers.filter((peer) => {
    const found = existsSync(python) && spawnSync(python, ["-c", `import ${moduleOf(peer)}`]).status === 0;
    if (!found) skipped.push({ peer, install: "sh bench/setup.sh" });
    return found;
  });
  const rows: BenchRow[] = [];
  for (const set of sets()) rows.push(...setRows(set, available));
  rows.push(...means(rows));
  return { name: "accuracy", machine: machineName(), rows, skipped };
}

function moduleOf(peer: string): string {
  return peer === "autogluon" ? "autogluon.timeseries" : peer;
}

function sets(): string[] {
  const all = readdirSync(sharedData).filter((name) => existsSync(path.join(sharedData, name, "case.json")));
  return all.filter((name) => chosen === undefined || chosen.includes(name));
}

function setRows(set: string, available: readonly string[]): BenchRow[] {
  const own = runAlmanac(set);
  const baseline = scoreSchema.parse(scorer(set));
  const rows: BenchRow[] = [
    row(set, "almanac", own, own),
    {
      set,
      tool: "seasonal naive",
      mase: baseline.mase,
      smape: baseline.smape,
      wql: baseline.wql,
      seconds: 0,
      memory: 0,
      ratio: baseline.mase / own.score.mase,
    },
  ];
  for (const peer of available) {
    const measured = runPeer(set, peer);
    if (measured !== undefined) rows.push(row(set, peer, measured, own));
  }
  for (const { tool, mase, wql, seconds } of rows)
    console.error(`${set} ${tool}: MASE ${mase} WQL ${wql} ${seconds} s`);
  return rows;
}

function row(set: string, tool: string, { score, seconds, memory }: Measured, own: Measured): BenchRow {
  return {
    set,
    tool,
    mase: score.mase,
    smape: score.smape,
    wql: score.wql,
    coverage80: score.coverage80 ?? Number.NaN,
    seconds: Math.round(seconds),
    memory: Math.round(memory),
    ratio: score.mase / own.score.mase,
  };
}

function runAlmanac(set: string): Measured {
  return inTemporary((folder) => {
    const file = path.join(sharedData, set, "experiment.forecast.yaml");
    return measure(set, path.join(folder, "forecast.csv"), [
      process.execPath,
      almanac,
      "run",
      file,
      ...["--out", folder, "--budget", `${budget}s`, "--quiet"],
    ])!;
  });
}

function runPeer(set: string, peer: string): Measured | undefined {
  return inTemporary((folder) => {
    const script = path.join(import.meta.dirname, "peers", "accuracy.py");
    const forecast = path.join(folder, "forecast.csv");
    return measure(set, forecast, [python, script, peer, path.join(sharedData, set), forecast, String(budget)]);
  });
}

/** Runs a command under GNU time, whose report gives the peak memory; undefined where it failed. */
function measure(set: string, forecast: string, command: readonly string[]): Measured | undefined {
  const started = performance.now();
  const timed = existsSync("/usr/bin/time") ? ["/usr/bin/time", "-f", "peak %M", ...command] : command;
  const { status, stderr } = spawnSync(timed[0]!, timed.slice(1), { encoding: "utf8", maxBuffer: 1 << 28 });
  const seconds = (performance.now() - started) / 1000;
  if (status !== 0 || !existsSync(forecast)) {
    console.error(`${command.slice(0, 4).join(" ")} failed on ${set}: ${stderr.trim().split("\n").at(-1)}`);
    return undefined;
  }
  const peak = /peak (\d+)/.exec(stderr)?.[1];
  return { score: scoreSchema.parse(scorer(set, forecast)), seconds, memory: Number(peak ?? Number.NaN) / 1024 };
}

function scorer(set: string, forecast?: string): unknown {
  const parameters = [
    path.join(sharedData, "score.py"),
    path.join(sharedData, set),
    ...(forecast === undefined ? [] : [forecast]),
  ];
  const output = execFileSync(existsSync(python) ? python : "python3", parameters, { encoding: "utf8" });
  return JSON.parse(output.trim().split("\n").at(-1)!.replaceAll("NaN", "null"));
}

function inTemporary<T>(use: (folder: string) => T): T {
  const folder = mkdtempSync(path.join(os.tmpdir(), "almanac-bench-"));
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Geometric means over the sets a tool finished, with Almanac's on the same sets. */
function means(rows: readonly BenchRow[]): BenchRow[] {
  const tools = [...new Set(rows.map(({ tool }) => String(tool)))];
  return tools.map((tool) => {
    const own = rows.filter((one) => one.tool === tool);
    const geometric = (pick: (row: BenchRow) => number): number =>
      Math.exp(own.reduce((sum, one) => sum + Math.log(pick(one)), 0) / own.length);
    return {
      set: `geometric mean of ${own.length}`,
      tool,
      mase: geometric(({ mase }) => Number(mase)),
      smape: geometric(({ smape }) => Number(smape)),
      wql: geometric(({ wql }) => Number(wql)),
      seconds: own.reduce((sum, { seconds }) => sum + Number(seconds), 0) / own.length,
      ratio: geometric(({ ratio }) => ratio),
    };
  });
}
