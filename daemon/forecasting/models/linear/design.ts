import { type FeatureMatrix, isCategorical } from "../../features/matrix.ts";
import type { FeaturePlan } from "../../features/plan.ts";
import { type FeatureSpec, factorsOf } from "../../features/spec.ts";

/** How one column of the design is made from one feature. */
export interface DesignColumn {
  /** Index of the feature in the plan. */
  readonly feature: number;
  /** 1 where the feature has this value, 0 elsewhere; left out for the number itself. */
  readonly level?: number;
  /** The number is divided by the steps ahead: what is recent matters less the further one looks. */
  readonly fading?: boolean;
  readonly mean: number;
  readonly deviation: number;
}

/** Standardised inputs of a linear model: rows × columns, row-major; missing values are the mean. */
export interface Design {
  readonly rows: number;
  readonly columns: readonly DesignColumn[];
  readonly values: Float64Array;
}

/** Values of a feature that become indicator columns at most. */
const mostLevels = 60;
/** Standardised inputs are clipped here, so that one wild value does not rule. */
export const standardClip = 5;

/** Chooses the columns for a training matrix: indicators for categories and date parts, numbers for the rest. */
export function designColumns(plan: FeaturePlan, matrix: FeatureMatrix): DesignColumn[] {
  const steps = stepsOf(plan, matrix);
  return plan.features.flatMap((spec, feature) => {
    const column = matrix.columns[feature]!;
    if (isCategorical(spec, plan) || isPhase(spec)) {
      const levels = [...new Set(column)].filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
      const kept = levels.length <= mostLevels ? levels : [];
      return kept.map((level) => withMoments({ feature, level }, column, steps));
    }
    const plain = withMoments({ feature }, column, steps);
    return isRecent(spec) ? [plain, withMoments({ feature, fading: true }, column, steps)] : [plain];
  });
}

/** Factor of each column; with `lags` every feature of the past is one by itself. */
export function designFactors(plan: FeaturePlan, columns: readonly DesignColumn[], lags = false): string[] {
  const factors = factorsOf(plan.features, lags);
  return columns.map(({ feature }) => factors[feature]!);
}

/** Standardised values of every row. */
export function designOf(plan: FeaturePlan, columns: readonly DesignColumn[], matrix: FeatureMatrix): Design {
  const steps = stepsOf(plan, matrix);
  const width = columns.length;
  const values = new Float64Array(matrix.rows * width);
  columns.forEach((column, index) => {
    const raw = matrix.columns[column.feature]!;
    for (let row = 0; row < matrix.rows; row++) {
      const standard = (rawValue(column, raw[row]!, steps[row]!) - column.mean) / column.deviation;
      values[row * width + index] = Number.isNaN(standard)
        ? 0
        : Math.max(-standardClip, Math.min(standardClip, standard));
    }
  });
  return { rows: matrix.rows, columns, values };
}

function stepsOf(plan: FeaturePlan, matrix: FeatureMatrix): Float32Array {
  const index = plan.features.findIndex(({ kind }) => kind === "step");
  return index < 0 ? new Float32Array(matrix.rows).fill(1) : matrix.columns[index]!;
}

function rawValue(column: Pick<DesignColumn, "level" | "fading">, value: number, step: number): number {
  if (column.level !== undefined) return value === column.level ? 1 : 0;
  return column.fading ? value / step : value;
}

function withMoments(
  column: Pick<DesignColumn, "feature" | "level" | "fading">,
  values: Float32Array,
  steps: Float32Array,
): DesignColumn {
  let count = 0;
  let sum = 0;
  for (let row = 0; row < values.length; row++) {
    const value = rawValue(column, values[row]!, steps[row]!);
    if (!Number.isFinite(value)) continue;
    count++;
    sum += value;
  }
  const mean = count > 0 ? sum / count : 0;
  let squares = 0;
  for (let row = 0; row < values.length; row++) {
    const value = rawValue(column, values[row]!, steps[row]!);
    if (Number.isFinite(value)) squares += (value - mean) ** 2;
  }
  return { ...column, mean, deviation: Math.sqrt(squares / Math.max(1, count)) || 1 };
}

/** Date parts whose effect does not follow their number. */
function isPhase(spec: FeatureSpec): boolean {
  return spec.kind === "calendar" && ["hour", "day of week", "month", "quarter", "week"].includes(spec.part);
}

function isRecent(spec: FeatureSpec): boolean {
  if (spec.kind === "encoding") return spec.at === "origin";
  return spec.kind === "weighted" || (spec.kind === "lag" && spec.lag < 3);
}
