import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { normalStream, uniformStream } from "../daemon/forecasting/numerics/random.ts";
import { naturalSeasons } from "../daemon/forecasting/panel/frequency.ts";
import { accuracyRows } from "./accuracy-against-r.ts";
import { forecastSeries, type SeriesJob } from "./forecast-series.ts";
import { type BenchResult, type BenchRow, machineName } from "./result.ts";
import { hasSharedData } from "./shared-data.ts";

const python = path.join(import.meta.dirname, ".venv", "bin", "python");
const horizon = 12;
const season = 12;

/** AutoARIMA is timed on the first of the series only: statsforecast takes minutes for more. */
const arimaSeries = 20;

interface PeerTimes {
  readonly version: string;
  readonly seconds: Readonly<Record<string, number>>;
}

/** Speed of the statistical models beside statsforecast, and their accuracy beside R's forecast package. */
export async function run(): Promise<BenchResult> {
  const skipped: { peer: string; install: string }[] = [];
  const series = monthlySeries(1000);
  const rows: BenchRow[] = [];
  const peer = existsSync(python) ? peerTimes(series) : undefined;
  if (peer === undefined) skipped.push({ peer: "statsforecast", install: "sh bench/setup.sh" });
  else rows.push(...(await speedRows(series, peer)));
  if (hasSharedData("reference")) rows.push(...(await accuracyRows()));
  else skipped.push({ peer: "R forecast", install: "set ALMANAC_BENCH_DATA to the folder of the benchmark data" });
  return { name: "statistical", machine: machineName(), rows, skipped };
}

/** Monthly series of 100 to 200 values: level, trend, season and noise of different sizes, every third multiplicative. */
function monthlySeries(count: number): Float64Array[] {
  const uniform = uniformStream(11);
  const normal = normalStream(12);
  return Array.from({ length: count }, (_, i) => {
    const length = 100 + Math.floor(101 * uniform());
    const [noise, drift, wander, swing] = [5 + 25 * uniform(), 1.5 * uniform() - 0.5, 8 * uniform(), 40 * uniform()];
    const phase = Array.from({ length: season }, () => swing * normal());
    let level = 300 + 700 * uniform();
    return Float64Array.from({ length }, (_, t) => {
      level += drift + wander * normal();
      const parts = level + phase[t % season]! + noise * normal();
      const value = i % 3 === 0 ? level * Math.exp((phase[t % season]! + noise * normal()) / 300) : parts;
      return Math.max(1, value);
    });
  });
}

function peerTimes(series: readonly Float64Array[]): PeerTimes | undefined {
  const folder = mkdtempSync(path.join(os.tmpdir(), "almanac-bench-"));
  try {
    const file = path.join(folder, "series.csv");
    const lines = series.flatMap((values, id) => Array.from(values, (value, t) => `${id},${t},${value}`));
    writeFileSync(file, ["unique_id,ds,y", ...lines].join("\n"));
    const script = path.join(import.meta.dirname, "peers", "statistical.py");
    const output = execFileSync(python, [script, file, String(season), String(horizon)], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    return JSON.parse(output.trimEnd().split("\n").at(-1)!) as PeerTimes;
  } catch {
    return undefined;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function speedRows(series: readonly Float64Array[], peer: PeerTimes): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const [key, theirs] of Object.entries(peer.seconds)) {
    const [model = "", cores = "1"] = key.split(" ");
    const used = model === "auto-arima" ? series.slice(0, arimaSeries) : series;
    const frequency = { unit: "month", multiple: 1 } as const;
    const job: SeriesJob = { model, series: used, frequency, seasons: naturalSeasons(frequency), horizon, warmUp: 8 };
    const { seconds } = await forecastSeries(job, Number(cores));
    rows.push({
      measure: `seconds for ${used.length} monthly series`,
      model,
      cores: Number(cores),
      almanac: round(seconds),
      peer: `statsforecast ${peer.version}`,
      theirs: round(theirs),
      ratio: round(theirs / seconds),
    });
  }
  return rows;
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}
