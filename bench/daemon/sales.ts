import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const days = 200;
export const horizon = 14;

/** A daily series with a week's pattern, the same for the same number every time. */
export function salesRows(variant = 0): { date: string; units: number }[] {
  return Array.from({ length: days }, (_, day) => ({
    date: new Date(Date.UTC(2025, 0, 1 + day)).toISOString().slice(0, 10),
    units: Number((20 + 5 * Math.sin((2 * Math.PI * day) / 7) + ((day * (37 + variant)) % 11) / 5).toFixed(3)),
  }));
}

/** Writes an experiment over such a series into `folder` and returns its path. */
export function writeSales(folder: string, search: string, variant = 0, more = "explain: false\n"): string {
  mkdirSync(folder, { recursive: true });
  const lines = salesRows(variant).map(({ date, units }) => `${date},${units}`);
  writeFileSync(join(folder, "sales.csv"), `date,units\n${lines.join("\n")}\n`);
  const path = join(folder, "sales.forecast.yaml");
  const data = "data: {source: sales.csv, time: date, target: units, frequency: day}\n";
  writeFileSync(path, `experiment: sales\n${data}forecast: {horizon: ${horizon}}\nsearch: {${search}}\n${more}`);
  return path;
}
