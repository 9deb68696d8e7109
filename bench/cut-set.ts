import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { sharedData, sharedLines } from "./shared-data.ts";

const caseSchema = z.object({
  time: z.string(),
  target: z.string(),
  series: z.array(z.string()),
  horizon: z.int(),
  season: z.int(),
  known: z.array(z.string()),
  observed: z.array(z.string()),
  static: z.array(z.string()),
});

/** One series with its end cut off. */
export interface CutSeries {
  /** Values of the series' key columns, joined. */
  readonly key: string;
  /** What a run sees. */
  readonly past: Float64Array;
  /** Moments of what was cut, as the data write them, with their values. */
  readonly held: ReadonlyMap<string, number>;
}

/** A set's training part with its last `horizon` rows cut off `back` horizons before its end. */
export interface CutSet {
  readonly columns: z.infer<typeof caseSchema>;
  readonly series: readonly CutSeries[];
  /** The experiment over the cut data. */
  readonly experiment: string;
}

/**
 * Cuts the last `horizon` target values off every series of a set's training part (after leaving out `back - 1` horizons
 * altogether) and writes what is left, with an experiment, into `folder`. Known covariates of the cut rows stay, as in the
 * set itself; what came after the training part is never read.
 */
export function cutSet(
  name: string,
  folder: string,
  { back = 1, every = 1 }: { readonly back?: number; readonly every?: number },
): CutSet {
  const text = readFileSync(path.join(sharedData, name, "case.json"), "utf8");
  const columns = caseSchema.parse(JSON.parse(text));
  const [header = "", ...lines] = sharedLines(`${name}/train.csv.gz`);
  const names = header.split(",");
  const at = (column: string): number => names.indexOf(column);
  const kept: string[] = [header];
  const series: CutSeries[] = [];
  const withFuture = columns.known.length > 0;
  const hidden = new Set([columns.target, ...columns.observed].map(at));
  [...rowsBySeries(lines, columns, at)].forEach(([key, all], index) => {
    if (index % every !== 0) return;
    const rows = all.filter((row) => row[at(columns.target)] !== "");
    const cut = Math.max(0, rows.length - back * columns.horizon);
    const held = rows.slice(cut, cut + columns.horizon);
    for (const row of rows.slice(0, cut)) kept.push(row.join(","));
    if (withFuture) for (const row of held) kept.push(row.map((cell, i) => (hidden.has(i) ? "" : cell)).join(","));
    const value = (row: readonly string[]): number => Number(row[at(columns.target)]);
    const past = Float64Array.from(rows.slice(0, cut), value);
    series.push({ key, past, held: new Map(held.map((row) => [row[at(columns.time)]!, value(row)])) });
  });
  writeFileSync(path.join(folder, "train.csv"), `${kept.join("\n")}\n`);
  const file = path.join(folder, "experiment.forecast.yaml");
  const source = readFileSync(path.join(sharedData, name, "experiment.forecast.yaml"), "utf8");
  writeFileSync(file, source.replace("train.csv.gz", "train.csv"));
  return { columns, series, experiment: file };
}

function rowsBySeries(
  lines: readonly string[],
  { series, time }: z.infer<typeof caseSchema>,
  at: (column: string) => number,
): Map<string, string[][]> {
  const rows = new Map<string, string[][]>();
  for (const line of lines) {
    const cells = line.split(",");
    const key = series.map((column) => cells[at(column)]).join("|");
    const own = rows.get(key) ?? [];
    own.push(cells);
    rows.set(key, own);
  }
  for (const own of rows.values()) own.sort((a, b) => (a[at(time)]! < b[at(time)]! ? -1 : 1));
  return rows;
}
