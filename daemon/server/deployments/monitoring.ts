import type { TenantStore } from "../store/store.ts";
import type { PredictionRow } from "../store/tables.ts";

/** Newest forecast values that accuracy is measured over. */
const MAXIMUM_POINTS = 100_000;

export interface Accuracy {
  readonly points: number;
  readonly mae: number | null;
  readonly rmse: number | null;
  /** Σ |error| / Σ |actual|. */
  readonly wape: number | null;
  /** Mean of forecast − actual. */
  readonly bias: number | null;
  readonly coverage: Record<string, number>;
  readonly byVersion: Record<string, { points: number; mae: number | null }>;
}

type Pair = { readonly forecast: PredictionRow; readonly actual: number };

/** A deployment's newest recorded forecasts with the actuals that have arrived for them. */
async function pairsOf(store: TenantStore, deployment: string): Promise<Pair[]> {
  const actuals = await store.actuals.find({ deployment });
  const known = new Map(actuals.map(({ series, time, value }) => [`${time} ${series}`, value]));
  const forecasts = await store.predictions.find({ deployment }, { orderBy: [["id", "desc"]], limit: MAXIMUM_POINTS });
  return forecasts.flatMap((forecast) => {
    const actual = known.get(`${forecast.time} ${forecast.series}`);
    return actual === undefined ? [] : [{ forecast, actual }];
  });
}

/** Absolute errors of a deployment's forecasts, in order of the time they were for. */
export async function absoluteErrors(store: TenantStore, deployment: string): Promise<number[]> {
  const pairs = await pairsOf(store, deployment);
  return pairs.sort((a, b) => a.forecast.time - b.forecast.time).map(absoluteError);
}

/** Errors of a deployment's recorded forecasts, where actuals have arrived. */
export async function accuracyOf(store: TenantStore, deployment: string): Promise<Accuracy> {
  const pairs = await pairsOf(store, deployment);
  const byVersion: Record<string, { points: number; mae: number | null }> = {};
  for (const [version, group] of Map.groupBy(pairs, ({ forecast }) => forecast.version)) {
    byVersion[version] = { points: group.length, mae: mean(group, absoluteError) };
  }
  const total = pairs.reduce((sum, { actual }) => sum + Math.abs(actual), 0);
  const errors = pairs.reduce((sum, pair) => sum + absoluteError(pair), 0);
  const squared = mean(pairs, ({ forecast, actual }) => (forecast.mean - actual) ** 2);
  return {
    points: pairs.length,
    mae: mean(pairs, absoluteError),
    rmse: squared === null ? null : Math.sqrt(squared),
    wape: total > 0 ? errors / total : null,
    bias: mean(pairs, ({ forecast, actual }) => forecast.mean - actual),
    coverage: coverageOf(pairs),
    byVersion,
  };
}

/** Share of actuals at or below each quantile: near the level where the quantiles are calibrated. */
function coverageOf(pairs: readonly Pair[]): Record<string, number> {
  const levels = new Set(pairs.flatMap(({ forecast }) => Object.keys(forecast.quantiles)));
  const coverage: Record<string, number> = {};
  for (const level of levels) {
    const having = pairs.filter(({ forecast }) => forecast.quantiles[level] !== undefined);
    coverage[level] = mean(having, ({ forecast, actual }) => (actual <= forecast.quantiles[level]! ? 1 : 0)) ?? 0;
  }
  return coverage;
}

function absoluteError({ forecast, actual }: Pair): number {
  return Math.abs((forecast.point ?? forecast.mean) - actual);
}

function mean<T>(items: readonly T[], value: (item: T) => number): number | null {
  return items.length === 0 ? null : items.reduce((sum, item) => sum + value(item), 0) / items.length;
}
