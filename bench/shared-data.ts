import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";

/** Folder of the benchmark data sets; ALMANAC_BENCH_DATA names another. They are not part of the project. */
export const sharedData = path.resolve(
  process.env.ALMANAC_BENCH_DATA ?? path.join(import.meta.dirname, "..", "..", "shared", "data"),
);

/** One series of a set: its training part and what came. */
export interface SharedSeries {
  readonly name: string;
  readonly past: Float64Array;
  readonly actual: Float64Array;
}

/** Whether the file or folder is there. */
export function hasSharedData(name: string): boolean {
  return existsSync(path.join(sharedData, name));
}

/** Lines of a (gzipped) text file of the shared data. */
export function sharedLines(name: string): string[] {
  const bytes = readFileSync(path.join(sharedData, name));
  const text = name.endsWith(".gz") ? gunzipSync(bytes) : bytes;
  return text.toString("utf8").trimEnd().split("\n");
}

/** A gzipped JSON document of the shared data. */
export function sharedJson(name: string): unknown {
  return JSON.parse(sharedLines(name).join("\n"));
}

/** Reads a set whose rows are `series,date,y`. */
export function sharedSeries(set: string): SharedSeries[] {
  const actual = seriesOf(sharedLines(`${set}/actual.csv.gz`));
  return [...seriesOf(sharedLines(`${set}/train.csv.gz`))].map(([name, past]) => ({
    name,
    past,
    actual: actual.get(name) ?? new Float64Array(0),
  }));
}

function seriesOf(lines: readonly string[]): Map<string, Float64Array> {
  const rows = new Map<string, { date: string; value: number }[]>();
  for (const line of lines.slice(1)) {
    const [name = "", date = "", value = ""] = line.split(",");
    if (value === "") continue;
    if (!rows.has(name)) rows.set(name, []);
    rows.get(name)!.push({ date, value: Number(value) });
  }
  const series = new Map<string, Float64Array>();
  for (const [name, points] of rows) {
    points.sort((a, b) => (a.date < b.date ? -1 : 1));
    series.set(
      name,
      Float64Array.from(points, (point) => point.value),
    );
  }
  return series;
}
