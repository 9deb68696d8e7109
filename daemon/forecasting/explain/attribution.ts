import { cellShares } from "../ensemble/cell-shares.ts";
import { type Forecast, meanOf, quantileOf } from "../models/forecast.ts";
import type { Attribution } from "../models/forecaster.ts";

/** Factor that takes up what the target's bounds cut off. */
export const boundsFactor = "bounds";

/** An attribution, and its weight in a combination by the index of a series and the step. */
export interface WeightedAttribution {
  readonly attribution: Attribution;
  readonly weight: (series: number, step: number) => number;
}

/**
 * Attribution of a combination: the sum of its members' attributions by their shares in each value (Shapley values are linear in the
 * model), over the union of their factors. `middle` is the share of the members' median: it is explained by the member that it
 * comes from. Members explain the same series.
 */
export function combineAttributions(members: readonly WeightedAttribution[], middle: number): Attribution {
  const first = members[0]!.attribution;
  const factors = [...new Set(members.flatMap(({ attribution }) => attribution.factors))];
  const cells = first.series.length * first.horizon;
  const baseline = new Float64Array(cells);
  const contributions = new Float64Array(cells * factors.length);
  const variance = new Float64Array(cells * factors.length);
  const shares = sharesIn(members, middle);
  for (const [member, { attribution }] of members.entries()) {
    const columns = attribution.factors.map((factor) => factors.indexOf(factor));
    for (let cell = 0; cell < cells; cell++) {
      const share = shares[cell * members.length + member]!;
      baseline[cell]! += share * attribution.baseline[cell]!;
      columns.forEach((column, index) => {
        const from = cell * columns.length + index;
        const to = cell * factors.length + column;
        contributions[to]! += share * attribution.contributions[from]!;
        variance[to]! += (share * (attribution.standardError?.[from] ?? 0)) ** 2;
      });
    }
  }
  const exact = members.every(({ attribution }) => attribution.exact);
  return {
    factors,
    series: first.series,
    horizon: first.horizon,
    baseline,
    contributions,
    exact,
    ...(exact ? {} : { standardError: variance.map(Math.sqrt) }),
  };
}

/** Share of each member in each cell, [cells × members]. */
function sharesIn(members: readonly WeightedAttribution[], middle: number): Float64Array {
  const { series, horizon, baseline } = members[0]!.attribution;
  const values = new Float64Array(members.length);
  const weights = new Float64Array(members.length);
  const shares = new Float64Array(baseline.length * members.length);
  for (let cell = 0; cell < baseline.length; cell++) {
    members.forEach(({ attribution, weight }, member) => {
      values[member] = explained(attribution, cell);
      weights[member] = weight(series[Math.floor(cell / horizon)]!, cell % horizon);
    });
    cellShares(values, weights, middle, shares.subarray(cell * members.length, (cell + 1) * members.length));
  }
  return shares;
}

/** The forecast that an attribution explains: its baseline and contributions together. */
function explained({ baseline, contributions, factors }: Attribution, cell: number): number {
  let sum = baseline[cell]!;
  for (let at = cell * factors.length; at < (cell + 1) * factors.length; at++) sum += contributions[at]!;
  return sum;
}

/**
 * Makes baseline + contributions equal to the published forecast, or to its quantile `level`. What a bound cut off becomes a factor
 * of its own; what the median as the point forecast differs from the mean, the calibration of a quantile, and rounding go into the
 * baseline.
 */
export function reconcile(
  attribution: Attribution,
  forecast: Forecast,
  bounds: { readonly minimum?: number | undefined; readonly maximum?: number | undefined },
  level?: number,
): Attribution {
  const { series, horizon } = attribution;
  const published = valuesOf(forecast, level);
  const baseline = attribution.baseline.slice();
  const cut = new Float64Array(baseline.length);
  for (let cell = 0; cell < baseline.length; cell++) {
    const prediction = published(series[Math.floor(cell / horizon)]!)[cell % horizon]!;
    const sum = explained(attribution, cell);
    const bounded = prediction === bounds.minimum || prediction === bounds.maximum;
    if (bounded) cut[cell] = prediction - sum;
    else baseline[cell]! += prediction - sum;
  }
  return cut.some((value) => Math.abs(value) > 0)
    ? withFactor({ ...attribution, baseline }, boundsFactor, cut)
    : { ...attribution, baseline };
}

function valuesOf(forecast: Forecast, level: number | undefined): (series: number) => Float64Array {
  if (level === undefined) return (series) => meanOf(forecast, series);
  const index = forecast.levels.findIndex((candidate) => Math.abs(candidate - level) < 1e-9);
  if (index < 0) throw new RangeError(`Quantile ${level} was not forecast.`);
  return (series) => quantileOf(forecast, series, index);
}

function withFactor(attribution: Attribution, factor: string, values: Float64Array): Attribution {
  const width = attribution.factors.length;
  const widen = (cells: Float64Array, last: (cell: number) => number): Float64Array => {
    const out = new Float64Array(values.length * (width + 1));
    for (let cell = 0; cell < values.length; cell++) {
      out.set(cells.subarray(cell * width, (cell + 1) * width), cell * (width + 1));
      out[cell * (width + 1) + width] = last(cell);
    }
    return out;
  };
  const { standardError } = attribution;
  return {
    ...attribution,
    factors: [...attribution.factors, factor],
    contributions: widen(attribution.contributions, (cell) => values[cell]!),
    ...(standardError === undefined ? {} : { standardError: widen(standardError, () => 0) }),
  };
}

/** Importance of one factor over all explained forecasts. */
export interface GlobalFactor {
  readonly factor: string;
  /** Mean |contribution|, in units of the target. */
  readonly meanAbs: number;
  /** Correlation of contribution and value within series from −1 to 1, null where the factor has no numeric value or does not vary. */
  readonly direction: number | null;
}

/** Ranks factors by their mean absolute contribution. `factorValue` gives a factor's value at a cell, NaN where it has none. */
export function globalFactors(
  attribution: Attribution,
  factorValue: (factor: string, row: number, step: number) => number,
): GlobalFactor[] {
  const { factors, series, horizon, contributions, baseline } = attribution;
  const width = factors.length;
  return factors
    .map((factor, column) => {
      let sum = 0;
      const pairs: [number, number][] = [];
      for (let row = 0; row < series.length; row++) {
        const own: [number, number][] = [];
        for (let step = 0; step < horizon; step++) {
          const contribution = contributions[(row * horizon + step) * width + column]!;
          sum += Math.abs(contribution);
          const value = factorValue(factor, row, step);
          if (!Number.isNaN(value)) own.push([value, contribution]);
        }
        pairs.push(...centred(own));
      }
      return { factor, meanAbs: sum / Math.max(1, baseline.length), direction: correlation(pairs) };
    })
    .sort((a, b) => b.meanAbs - a.meanAbs);
}

/** Deviations from the means of one series: what a factor does within series, not how series differ. */
function centred(pairs: readonly (readonly [number, number])[]): [number, number][] {
  const meanX = pairs.reduce((sum, [x]) => sum + x, 0) / pairs.length;
  const meanY = pairs.reduce((sum, [, y]) => sum + y, 0) / pairs.length;
  return pairs.map(([x, y]) => [x - meanX, y - meanY]);
}

function correlation(pairs: readonly (readonly [number, number])[]): number | null {
  const count = pairs.length;
  if (count < 3) return null;
  const meanX = pairs.reduce((sum, [x]) => sum + x, 0) / count;
  const meanY = pairs.reduce((sum, [, y]) => sum + y, 0) / count;
  let [xy, xx, yy] = [0, 0, 0];
  for (const [x, y] of pairs) {
    xy += (x - meanX) * (y - meanY);
    xx += (x - meanX) ** 2;
    yy += (y - meanY) ** 2;
  }
  return xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : null;
}
