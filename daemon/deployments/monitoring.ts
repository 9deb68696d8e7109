import type { EventLog } from "../runs/event-log.ts";
import type { TenantStore } from "../store/store.ts";
import type { ActualRow, DeploymentRow, PredictionRow } from "../store/tables.ts";
import { kolmogorovSmirnov, kolmogorovSmirnovPValue, populationStabilityIndex } from "./statistics.ts";

/** Newest forecast values that accuracy is measured over. */
const MAXIMUM_POINTS = 100_000;
/** Population stability index above which the data count as drifted. */
const DRIFT = 0.2;

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

/** Errors of a deployment's recorded forecasts, where actuals have arrived. */
export async function accuracyOf(store: TenantStore, deployment: string): Promise<Accuracy> {
  const actuals = await store.actuals.find({ deployment });
  const known = new Map(actuals.map(({ series, time, value }) => [`${time} ${series}`, value]));
  const forecasts = await store.predictions.find({ deployment }, { orderBy: [["id", "desc"]], limit: MAXIMUM_POINTS });
  const pairs = forecasts.flatMap((forecast) => {
    const actual = known.get(`${forecast.time} ${forecast.series}`);
    return actual === undefined ? [] : [{ forecast, actual }];
  });
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

export interface Drift {
  readonly reference: number;
  readonly current: number;
  readonly psi: number | null;
  readonly ks: number | null;
  readonly pValue: number | null;
  readonly drifted: boolean;
}

/** Compares the newest `current` actuals of a deployment with all older ones. */
export async function driftOf(store: TenantStore, deployment: string, current: number): Promise<Drift> {
  const actuals: ActualRow[] = await store.actuals.find({ deployment }, { orderBy: [["time", "asc"]] });
  const values = actuals.map(({ value }) => value);
  const newest = values.slice(-current);
  const older = values.slice(0, -current);
  if (older.length < 10 || newest.length < 10) {
    return { reference: older.length, current: newest.length, psi: null, ks: null, pValue: null, drifted: false };
  }
  const psi = populationStabilityIndex(older, newest);
  const ks = kolmogorovSmirnov(older, newest);
  const pValue = kolmogorovSmirnovPValue(ks, older.length, newest.length);
  return { reference: older.length, current: newest.length, psi, ks, pValue, drifted: psi > DRIFT && pValue < 0.01 };
}

/** Newest actuals that are compared when some arrive, and how long after an alert the next one may come. */
const WATCHED = 200;
const BETWEEN_ALERTS = 24 * 3_600_000;

/** Tells everybody who listens, webhooks included, that a deployment's data have drifted: once a day at most. */
export async function alertDrift(store: TenantStore, log: EventLog, { id, name }: DeploymentRow): Promise<void> {
  const drift = await driftOf(store, id, WATCHED);
  const { psi, ks } = drift;
  if (!drift.drifted || psi === null || ks === null) return;
  const setting = `drift-alert ${id}`;
  const last = Number((await store.settings.get({ name: setting }))?.value ?? 0);
  const now = Date.now();
  if (now - last < BETWEEN_ALERTS && last <= now) return;
  await store.settings.put({ name: setting, value: now }, ["name"]);
  await log.append(store, null, { type: "deployment-drifted", deployment: name, psi, ks });
}

function absoluteError({ forecast, actual }: Pair): number {
  return Math.abs(forecast.mean - actual);
}

function mean<T>(items: readonly T[], value: (item: T) => number): number | null {
  return items.length === 0 ? null : items.reduce((sum, item) => sum + value(item), 0) / items.length;
}
