import { emptyForecast, type Forecast } from "../models/forecast.ts";
import { cellShares } from "./cell-shares.ts";
import { type TiltedWeight, weightAt } from "./tilt.ts";

/** A forecast and its weight in a combination. */
export interface Weighted extends TiltedWeight {
  readonly forecast: Forecast;
}

/** How forecasts of one shape are combined. */
export interface CombineOptions {
  /** Share of the members' median in every value; their weighted average is the rest. */
  readonly middle: number;
  /** Index of each row's series, by which weights may differ; rows are all series in order where it is left out. */
  readonly series?: Int32Array | undefined;
}

/**
 * Combines means, points, and quantiles level by level (Vincentisation): the weighted average, renormalised at values that a member could not
 * forecast (NaN), and the median, in the shares that `options` say.
 */
export function combine(members: readonly Weighted[], { middle, series }: CombineOptions): Forecast {
  const { series: rows, horizon, levels } = members[0]!.forecast;
  const combined = emptyForecast(rows, horizon, levels);
  const at = cellsOf(members, middle);
  const means = members.map(({ forecast }) => forecast.mean);
  const points = members.map(({ forecast }) => forecast.point);
  const quantiles = members.map(({ forecast }) => forecast.quantiles);
  for (let row = 0; row < rows; row++) {
    for (let step = 0; step < horizon; step++) {
      at.weigh(series?.[row] ?? row, step);
      const cell = row * horizon + step;
      combined.mean[cell] = at.value(means, cell);
      combined.point[cell] = at.value(points, cell);
      for (let level = 0; level < levels.length; level++) {
        const place = (row * levels.length + level) * horizon + step;
        combined.quantiles[place] = at.value(quantiles, place);
      }
    }
  }
  return combined;
}

/** Mean over all series and steps of each member's share in the combined means; they sum to 1. */
export function averageShares(members: readonly Weighted[], { middle, series }: CombineOptions): number[] {
  const { series: rows, horizon } = members[0]!.forecast;
  const at = cellsOf(members, middle);
  const means = members.map(({ forecast }) => forecast.mean);
  const sums = members.map(() => 0);
  for (let row = 0; row < rows; row++) {
    for (let step = 0; step < horizon; step++) {
      at.weigh(series?.[row] ?? row, step);
      at.value(means, row * horizon + step);
      for (let member = 0; member < sums.length; member++) sums[member]! += at.shares[member]!;
    }
  }
  const total = sums.reduce((sum, share) => sum + share, 0);
  return sums.map((sum) => sum / total);
}

/** Combines one value at a time. */
function cellsOf(members: readonly Weighted[], middle: number) {
  const weights = members.map(weightAt);
  const own = new Float64Array(members.length);
  const values = new Float64Array(members.length);
  const shares = new Float64Array(members.length);
  return {
    shares,
    weigh(series: number, step: number): void {
      for (let member = 0; member < own.length; member++) own[member] = weights[member]!(series, step);
    },
    value(columns: readonly Float64Array[], place: number): number {
      let known = 0;
      for (let member = 0; member < values.length; member++) {
        values[member] = columns[member]![place]!;
        if (!Number.isNaN(values[member]!)) known++;
      }
      if (known === 0) {
        shares.fill(0);
        return Number.NaN;
      }
      cellShares(values, own, middle, shares);
      let sum = 0;
      for (let member = 0; member < values.length; member++) {
        if (shares[member]! > 0) sum += shares[member]! * values[member]!;
      }
      return sum;
    },
  };
}
