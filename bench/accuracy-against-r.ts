import { type Frequency, naturalSeasons } from "../daemon/forecasting/panel/frequency.ts";
import { forecastSeries } from "./forecast-series.ts";
import type { BenchRow } from "./result.ts";
import { type SharedSeries, sharedLines, sharedSeries } from "./shared-data.ts";

interface AccuracySet {
  readonly name: string;
  readonly frequency: Frequency;
  readonly horizon: number;
  /** Season of the MASE in R's figures. */
  readonly season: number;
}

const sets: readonly AccuracySet[] = [
  { name: "m3_monthly", frequency: { unit: "month", multiple: 1 }, horizon: 18, season: 12 },
  { name: "tourism_quarterly", frequency: { unit: "quarter", multiple: 1 }, horizon: 8, season: 4 },
  { name: "m4_weekly", frequency: { unit: "week", multiple: 1 }, horizon: 13, season: 1 },
];

/** Names of the models here and in R's figures. */
const models = [
  ["auto-ets", "ets"],
  ["auto-theta", "thetaf"],
  ["auto-arima", "auto_arima"],
] as const;

/** sMAPE (percent) and MASE of this project's forecasts and R's of the same series; `ratio` is R's over ours. */
export async function accuracyRows(): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const set of sets) {
    const series = sharedSeries(set.name);
    const reference = referenceForecasts(set.name);
    for (const names of models) {
      const [model, peer] = names;
      const job = {
        model,
        series: series.map(({ past }) => past),
        frequency: set.frequency,
        horizon: set.horizon,
        seasons: naturalSeasons(set.frequency),
        warmUp: 0,
      };
      const { means } = await forecastSeries(job, 2);
      const ours = series.map((_, i) => means.subarray(i * set.horizon, (i + 1) * set.horizon));
      const theirs = series.map(({ name }) => reference.get(`${name} ${peer}`));
      rows.push(...compare(set, names, series, ours, theirs));
    }
  }
  return rows;
}

function compare(
  set: AccuracySet,
  [model, peer]: (typeof models)[number],
  series: readonly SharedSeries[],
  ours: readonly Float64Array[],
  theirs: readonly (Float64Array | undefined)[],
): BenchRow[] {
  if (theirs.some((forecast) => forecast === undefined)) return [];
  return (["smape", "mase"] as const).map((measure) => {
    const score = measure === "smape" ? smape : (one: SharedSeries, f: Float64Array) => mase(one, f, set.season);
    const average = (forecasts: readonly (Float64Array | undefined)[]) =>
      series.reduce((sum, one, i) => sum + score(one, forecasts[i]!), 0) / series.length;
    const [almanac, other] = [average(ours), average(theirs)];
    return {
      measure: `${measure} on ${set.name}`,
      model,
      almanac: Number(almanac.toFixed(4)),
      peer: `R forecast ${peer}`,
      theirs: Number(other.toFixed(4)),
      ratio: Number((other / almanac).toFixed(4)),
    };
  });
}

function smape({ actual }: SharedSeries, forecast: Float64Array): number {
  let sum = 0;
  actual.forEach((value, i) => {
    const size = Math.abs(value) + Math.abs(forecast[i]!);
    sum += size > 0 ? (200 * Math.abs(value - forecast[i]!)) / size : 0;
  });
  return sum / actual.length;
}

function mase({ past, actual }: SharedSeries, forecast: Float64Array, season: number): number {
  let scale = 0;
  for (let i = season; i < past.length; i++) scale += Math.abs(past[i]! - past[i - season]!) / (past.length - season);
  const error = actual.reduce((sum, value, i) => sum + Math.abs(value - forecast[i]!), 0) / actual.length;
  return error / scale;
}

/** R's forecasts by `series method`. */
function referenceForecasts(set: string): Map<string, Float64Array> {
  const rows = sharedLines(`reference/r_bench_${set}.csv.gz`)
    .slice(1)
    .map((line) => line.split(","));
  return new Map(
    rows.map(([series, method, , , , values]) => [
      `${series} ${method}`,
      Float64Array.from((values ?? "").split(";"), Number),
    ]),
  );
}
