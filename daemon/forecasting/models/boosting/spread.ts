import { pickRows } from "../../features/dataset.ts";
import type { FeatureMatrix } from "../../features/matrix.ts";
import { gridQuantile } from "../intervals.ts";
import { medianIndex } from "../levels.ts";
import { predictTable } from "./booster.ts";
import type { ErrorModel, LevelTrees, Stage, State } from "./state.ts";

/** Scaled quantiles of the rows of a window (series × horizon), one array a level, whose point forecasts are `scaled`. */
export function scaledQuantiles(
  state: State,
  { matrix, scaled }: { readonly matrix: FeatureMatrix; readonly scaled: Float64Array },
  levels: readonly number[],
  horizon: number,
): Float64Array[] {
  const { error } = state;
  if (error !== undefined) {
    const sizes = errorSizes(error, matrix, horizon);
    return levels.map((level) => {
      const offset = gridQuantile(error.quantiles, level);
      return scaled.map((value, row) => value + offset * sizes[row]!);
    });
  }
  const trees = levelTrees(state);
  const { values, order } = orderedLevels(trees, matrix, horizon);
  return levels.map((level) => {
    const parts = neighbours(trees, level);
    return scaled.map((_, row) =>
      parts.reduce((sum, { rank, share }) => sum + share * values[order[row * trees.length + rank]!]![row]!, 0),
    );
  });
}

/** The trees of every level in ascending order, those of the median among them. */
export function levelTrees({ quantiles, stages }: State): LevelTrees[] {
  return [...quantiles, { level: 0.5, stages }].sort((a, b) => a.level - b.level);
}

/**
 * Scaled predictions of every level's trees, and for each row the levels by what they predict. Trees of neighbouring levels may
 * cross; taking them in the order of their values is never further from the true quantiles (Chernozhukov,
 * Fernández-Val & Galichon 2010).
 */
export function orderedLevels(
  trees: readonly LevelTrees[],
  matrix: FeatureMatrix,
  horizon: number,
): { readonly values: Float64Array[]; readonly order: Uint8Array } {
  const width = trees.length;
  const values = trees.map(({ stages }) => stagePredictions(stages, matrix, horizon));
  const order = new Uint8Array(matrix.rows * width);
  for (let row = 0; row < matrix.rows; row++) {
    const own = Array.from({ length: width }, (_, index) => index);
    order.set(
      own.sort((a, b) => values[a]![row]! - values[b]![row]!),
      row * width,
    );
  }
  return { values, order };
}

/** The one or two fitted levels that an asked level is made of, by rank; the outermost ones stand for what lies beyond them. */
export function neighbours(trees: readonly LevelTrees[], level: number): { rank: number; share: number }[] {
  const above = trees.findIndex((each) => each.level >= level - 1e-9);
  if (above <= 0) return [{ rank: above < 0 ? trees.length - 1 : 0, share: 1 }];
  const [low, high] = [trees[above - 1]!.level, trees[above]!.level];
  if (high - level < 1e-9) return [{ rank: above, share: 1 }];
  const share = (level - low) / (high - low);
  return [
    { rank: above - 1, share: 1 - share },
    { rank: above, share },
  ];
}

/** The levels that need trees of their own beside the median's. */
export function outerLevels(levels: readonly number[]): number[] {
  const median = medianIndex(levels);
  return levels.filter((_, index) => index !== median);
}

/** Scaled predictions of every row of series × horizon. */
export function stagePredictions(stages: readonly Stage[], matrix: FeatureMatrix, horizon: number): Float64Array {
  const scaled = new Float64Array(matrix.rows);
  for (const { booster, rows: own } of byStage(stages, matrix.rows, horizon)) {
    const predicted = predictTable(booster, own.length === matrix.rows ? matrix : pickRows(matrix, own));
    predicted.forEach((value, i) => {
      scaled[own[i]!] = value;
    });
  }
  return scaled;
}

/** Rows of each stage in a matrix of series × horizon. */
export function byStage(stages: readonly Stage[], rows: number, horizon: number): (Stage & { rows: Int32Array })[] {
  const all = Int32Array.from({ length: rows }, (_, row) => row);
  return stages.map((stage, index) => {
    const after = stages[index - 1]?.until ?? 0;
    const isLast = index + 1 === stages.length;
    return {
      ...stage,
      rows: all.filter((row) => (row % horizon) + 1 > after && (isLast || (row % horizon) + 1 <= stage.until)),
    };
  });
}

/** Expected size of the error of each row of series × horizon, in units of the scaled target. */
export function errorSizes({ size, steps }: ErrorModel, matrix: FeatureMatrix, horizon: number): Float64Array {
  if (size === undefined) {
    return Float64Array.from({ length: matrix.rows }, (_, row) => steps[Math.min(row % horizon, steps.length - 1)]!);
  }
  return predictTable(size, matrix).map((value) => Math.max(value, smallestShare * steps[0]!));
}

/** A predicted error size is at least this share of the mean one. */
const smallestShare = 0.1;
