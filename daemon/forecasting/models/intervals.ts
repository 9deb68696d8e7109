import { quantileOfSorted } from "../numerics/quantile.ts";

/** Levels of a grid of quantiles. */
const gridLevels = 200;

/** Evenly spaced quantiles of values, at levels (i + 0.5) / 200. Empty input gives none. */
export function quantileGrid(values: Float64Array): number[] {
  const sorted = values.toSorted();
  if (sorted.length === 0) return [];
  return Array.from({ length: gridLevels }, (_, i) => quantileOfSorted(sorted, (i + 0.5) / gridLevels, "hazen"));
}

/** Quantile of a grid at `level`. */
export function gridQuantile(grid: readonly number[], level: number): number {
  return grid.length === 0 ? 0 : quantileOfSorted(grid, level, "hazen");
}
