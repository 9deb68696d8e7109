import type { EventLog } from "../queue/event-log.ts";
import type { TenantStore } from "../store/store.ts";
import type { DeploymentRow } from "../store/tables.ts";
import { absoluteErrors } from "./monitoring.ts";
import { kolmogorovSmirnov, kolmogorovSmirnovPValue, populationStabilityIndex } from "./statistics.ts";

/** Population stability index, and p-value of the Kolmogorov–Smirnov statistic, beyond which values count as drifted. */
const [DRIFT, CHANCE] = [0.2, 0.01];
/** Fewer values than this say nothing. */
const LEAST = 10;

export interface Drift {
  readonly reference: number;
  readonly current: number;
  readonly psi: number | null;
  readonly ks: number | null;
  readonly pValue: number | null;
  readonly drifted: boolean;
}

/** What is watched of a deployment, each compared with its own past. */
export interface Drifts {
  readonly target: Drift;
  readonly error: Drift;
  /** Numeric covariates that predictions were asked with, by name. */
  readonly covariates: Readonly<Record<string, Drift>>;
}

/** Compares the newest `current` values with all older ones; `values` are in order of time. */
export function driftIn(values: readonly number[], current: number): Drift {
  const newest = values.slice(-current);
  const older = values.slice(0, -current);
  if (older.length < LEAST || newest.length < LEAST) {
    return { reference: older.length, current: newest.length, psi: null, ks: null, pValue: null, drifted: false };
  }
  const psi = populationStabilityIndex(older, newest);
  const ks = kolmogorovSmirnov(older, newest);
  const pValue = kolmogorovSmirnovPValue(ks, older.length, newest.length);
  return { reference: older.length, current: newest.length, psi, ks, pValue, drifted: psi > DRIFT && pValue < CHANCE };
}

/** Drift of a deployment's target, of its errors, and of the covariates it was asked with. */
export async function driftsOf(store: TenantStore, deployment: string, current: number): Promise<Drifts> {
  const byTime = { orderBy: [["time", "asc"]] } as const;
  const actuals = await store.actuals.find({ deployment }, byTime);
  const seen = Map.groupBy(await store.covariateValues.find({ deployment }, byTime), ({ name }) => name);
  const errors = await absoluteErrors(store, deployment);
  return {
    target: driftIn(valuesOf(actuals), current),
    error: worseOnly(errors, driftIn(errors, current)),
    covariates: Object.fromEntries(Array.from(seen, ([name, rows]) => [name, driftIn(valuesOf(rows), current)])),
  };
}

/** Errors that became smaller are no reason for alarm. */
function worseOnly(errors: readonly number[], drift: Drift): Drift {
  return drift.drifted && mean(errors.slice(-drift.current)) > mean(errors.slice(0, -drift.current))
    ? drift
    : { ...drift, drifted: false };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function valuesOf(rows: readonly { readonly value: number }[]): number[] {
  return rows.map(({ value }) => value);
}

/** Newest values that are compared when some arrive, and how long after an alert the next one may come. */
const WATCHED = 200;
const BETWEEN_ALERTS = 24 * 3_600_000;

/**
 * Tells everybody who listens, webhooks included, what has drifted of a deployment: each thing once a day at most. Returns
 * what was told.
 */
export async function alertDrift(store: TenantStore, log: EventLog, { id, name }: DeploymentRow): Promise<string[]> {
  const { target, error, covariates } = await driftsOf(store, id, WATCHED);
  const watched = [["target", target], ["error", error], ...Object.entries(covariates)] as const;
  const told: string[] = [];
  for (const [of, { drifted, psi, ks }] of watched) {
    if (!drifted || psi === null || ks === null || !(await isDue(store, `drift-alert ${id} ${of}`))) continue;
    await log.append(store, null, { type: "deployment-drifted", deployment: name, of, psi, ks });
    told.push(of);
  }
  return told;
}

async function isDue(store: TenantStore, setting: string): Promise<boolean> {
  const last = Number((await store.settings.get({ name: setting }))?.value ?? 0);
  const now = Date.now();
  if (now - last < BETWEEN_ALERTS && last <= now) return false;
  await store.settings.put({ name: setting, value: now }, ["name"]);
  return true;
}
