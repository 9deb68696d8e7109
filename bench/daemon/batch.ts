import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { BenchRow } from "../result.ts";
import { root } from "./process.ts";
import { above } from "./rows.ts";

const days = 60;
const horizon = 28;

/**
 * `almanac predict` from a file to a file: every series anew. The model is trained on a few series beforehand; the rate counts
 * forecast values (series × steps) over the whole command, its start included.
 */
export async function batchRow(home: string, series: number): Promise<BenchRow> {
  const folder = join(home, "batch");
  await mkdir(folder, { recursive: true });
  await pipeline(Readable.from(lines(50)), createWriteStream(join(folder, "train.csv")));
  await pipeline(Readable.from(lines(series)), createWriteStream(join(folder, "all.csv")));
  const experiment = join(folder, "batch.forecast.yaml");
  const data = "data: {source: train.csv, time: date, series: [item], target: units, frequency: day}\n";
  const search = "search: {models: [auto-theta], budget: 60s}\nevaluation: {windows: 1}\nexplain: false\n";
  await writeFile(experiment, `${data}forecast: {horizon: ${horizon}}\n${search}`);
  const out = join(folder, "out");
  await almanac(["run", experiment, "--out", out]);
  const forecast = join(folder, "forecast.csv");
  const begun = performance.now();
  const peakMiB = await almanac(["predict", out, "--data", join(folder, "all.csv"), "--out", forecast]);
  const seconds = (performance.now() - begun) / 1_000;
  const values = series * horizon;
  const megabytes = (await stat(forecast)).size / 1e6;
  const more = { series, rowsRead: series * days, values, seconds, megabytes, peakMiB };
  return above("batch prediction with auto-theta, file to file", values / seconds, 200_000, "values/s", more);
}

function* lines(series: number): Generator<string> {
  yield "item,date,units\n";
  const dates = Array.from({ length: days }, (_, day) =>
    new Date(Date.UTC(2026, 0, 1 + day)).toISOString().slice(0, 10),
  );
  for (let item = 0; item < series; item++) {
    const rows = dates.map(
      (date, day) => `i${item},${date},${20 + ((item * 7 + day * 13) % 29) + 5 * ((day + item) % 7)}`,
    );
    yield `${rows.join("\n")}\n`;
  }
}

/** Runs the command line and returns the most memory of its first process, in MiB (NaN where the system does not say). */
async function almanac(options: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [join(root, "bin/almanac.mjs"), ...options, "--quiet"], { stdio: "ignore" });
  const { usageOf } = await import("./process.ts");
  let peak = Number.NaN;
  const timer = setInterval(() => {
    const { residentMiB } = usageOf(child.pid!);
    if (!Number.isNaN(residentMiB)) peak = Math.max(Number.isNaN(peak) ? 0 : peak, residentMiB);
  }, 100);
  const [code] = (await once(child, "exit")) as [number | null];
  clearInterval(timer);
  if (code !== 0) throw new Error(`almanac ${options[0]} ended with ${code}.`);
  return peak;
}
