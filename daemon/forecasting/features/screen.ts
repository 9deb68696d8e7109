import { type Covariate, type Panel, pastOf } from "../panel/panel.ts";
import { leakOf } from "./leaks.ts";
import type { FeatureMatrix } from "./matrix.ts";
import { type FeaturePlan, featureNames } from "./plan.ts";

export interface Dropped {
  readonly name: string;
  readonly reason: string;
}

/** Tells covariates that can help from those that are constant, equal to another one or to the target, or that reveal it. */
export function screenCovariates(panel: Panel): { usable: ReadonlySet<string>; dropped: readonly Dropped[] } {
  const usable = new Set<string>();
  const dropped: Dropped[] = [];
  const kept: Covariate[] = [];
  for (const covariate of [...panel.known, ...panel.observed, ...panel.static]) {
    const reason = reasonAgainst(covariate, kept, panel);
    if (reason === undefined) {
      usable.add(covariate.name);
      kept.push(covariate);
    } else dropped.push({ name: covariate.name, reason });
  }
  return { usable, dropped };
}

function reasonAgainst(covariate: Covariate, kept: readonly Covariate[], panel: Panel): string | undefined {
  const { values } = covariate;
  if (isConstant(values)) return "it has one value throughout";
  const twin = kept.find((other) => sameNumbers(other.values, values));
  if (twin !== undefined) return `it equals ${twin.name}`;
  if (panel.observed.includes(covariate) && equalsTarget(panel, covariate)) return "it equals the target";
  return leakOf(panel, covariate);
}

function isConstant(values: ArrayLike<number>): boolean {
  let first = Number.NaN;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) continue;
    if (Number.isNaN(first)) first = value;
    else if (value !== first) return false;
  }
  return true;
}

function sameNumbers(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i]) && a[i] !== b[i]) return false;
  return true;
}

function equalsTarget(panel: Panel, { values, categories }: Covariate): boolean {
  if (categories !== undefined) return false;
  return [...panel.keys.keys()].every((series) =>
    sameNumbers(pastOf(panel, values, series), pastOf(panel, panel.target, series)),
  );
}

/** Drops features that are constant or equal to an earlier one on the training rows; returns the plan and matrix without them. */
export function screenFeatures(plan: FeaturePlan, matrix: FeatureMatrix): { plan: FeaturePlan; matrix: FeatureMatrix } {
  const names = featureNames(plan);
  const byDigest = new Map<number, number[]>();
  const kept: number[] = [];
  const dropped: Dropped[] = [];
  matrix.columns.forEach((column, index) => {
    if (isConstant(column)) {
      dropped.push({ name: names[index]!, reason: "it has one value throughout" });
      return;
    }
    const key = digest(column);
    const twin = byDigest.get(key)?.find((other) => sameNumbers(matrix.columns[other]!, column));
    if (twin !== undefined) {
      dropped.push({ name: names[index]!, reason: `it equals ${names[twin]}` });
      return;
    }
    byDigest.set(key, [...(byDigest.get(key) ?? []), index]);
    kept.push(index);
  });
  if (dropped.length === 0) return { plan, matrix };
  // Reported where the analyst can do something about it: features of covariates, not those of the target itself.
  const ofCovariates = new Set(
    plan.features.flatMap((spec, index) => ("column" in spec && spec.column ? [names[index]] : [])),
  );
  const reported = dropped.filter(({ name }) => ofCovariates.has(name));
  return {
    plan: { ...plan, features: kept.map((index) => plan.features[index]!), dropped: [...plan.dropped, ...reported] },
    matrix: {
      ...matrix,
      columns: kept.map((index) => matrix.columns[index]!),
      categorical: kept.map((index) => matrix.categorical[index]!),
    },
  };
}

function digest(column: Float32Array): number {
  const words = new Int32Array(column.buffer, column.byteOffset, column.length);
  let hash = 0;
  for (let i = 0; i < words.length; i++) hash = (Math.imul(hash, 31) + words[i]!) | 0;
  return hash;
}
