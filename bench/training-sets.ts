import type { Frequency } from "../daemon/forecasting/panel/frequency.ts";
import { sharedLines } from "./shared-data.ts";

/** How the training part of a set is backtested. */
export interface TrainingSet {
  readonly name: string;
  readonly frequency: Frequency;
  readonly horizon: number;
  /** Season of the scaled errors. */
  readonly season: number;
  /** Every how manieth series is taken. */
  readonly every: number;
  /** Origins a series, a horizon apart, the last one a horizon before the end. */
  readonly origins: number;
  readonly keys: readonly string[];
  readonly target: string;
  readonly known: readonly string[];
}

export interface TrainingSeries {
  readonly target: Float64Array;
  readonly known: Readonly<Record<string, Float64Array>>;
}

const of = (unit: Frequency["unit"], multiple = 1): Frequency => ({ unit, multiple });
const plain = { keys: ["series"], target: "y", known: [], origins: 3 };

export const trainingSets: readonly TrainingSet[] = [
  { ...plain, name: "m4_weekly", frequency: of("week"), horizon: 13, season: 52, every: 4 },
  { ...plain, name: "m3_monthly", frequency: of("month"), horizon: 18, season: 12, every: 4 },
  { ...plain, name: "tourism_quarterly", frequency: of("quarter"), horizon: 8, season: 4, every: 4 },
  {
    name: "electricity_10",
    frequency: of("hour"),
    horizon: 168,
    season: 168,
    every: 3,
    origins: 5,
    keys: ["customer"],
    target: "kwh",
    known: [],
  },
  {
    name: "epf",
    frequency: of("hour"),
    horizon: 24,
    season: 24,
    every: 1,
    origins: 8,
    keys: ["unique_id"],
    target: "y",
    known: ["Exogenous1", "Exogenous2"],
  },
  {
    name: "bike_hourly",
    frequency: of("hour"),
    horizon: 168,
    season: 168,
    every: 1,
    origins: 8,
    keys: [],
    target: "users",
    known: ["holiday", "workingday", "temp", "atemp", "hum", "windspeed"],
  },
  {
    name: "vic_elec",
    frequency: of("minute", 30),
    horizon: 336,
    season: 336,
    every: 1,
    origins: 6,
    keys: [],
    target: "Demand",
    known: ["Temperature", "Holiday"],
  },
  {
    name: "seattle",
    frequency: of("day"),
    horizon: 28,
    season: 365,
    every: 1,
    origins: 12,
    keys: [],
    target: "temp_max",
    known: [],
  },
];

/** The sampled series of a set's training part, in the file's order; rows without a target are left out. */
export function trainingSeries({ name, keys, target, known, every }: TrainingSet): TrainingSeries[] {
  const [header = "", ...lines] = sharedLines(`${name}/train.csv.gz`);
  const columns = header.split(",");
  const position = (column: string) => columns.indexOf(column);
  const rows = new Map<string, string[][]>();
  for (const line of lines) {
    const cells = line.split(",");
    if (cells[position(target)] === "") continue;
    const key = keys.map((column) => cells[position(column)]).join(" ");
    if (!rows.has(key)) rows.set(key, []);
    rows.get(key)!.push(cells);
  }
  const numbers = (of: readonly string[][], column: string) =>
    Float64Array.from(of, (cells) => Number(cells[position(column)]));
  return [...rows.values()]
    .filter((_, i) => i % every === 0)
    .map((of) => ({
      target: numbers(of, target),
      known: Object.fromEntries(known.map((column) => [column, numbers(of, column)])),
    }));
}
