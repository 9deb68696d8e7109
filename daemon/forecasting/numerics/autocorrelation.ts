export interface AutocorrelationOptions {
  /** Subtracted from all values first; the mean of all values when left out, which must then all be present. */
  readonly mean?: number;
  /**
   * `length`: sum of the products at a lag by the sum of all squares (Box and Jenkins 1970), which draws long lags
   * towards zero. `pairs`: mean of the products that are present by the mean of the squares that are present, for
   * series with many gaps.
   */
  readonly divisor?: "length" | "pairs";
  /** Sum of squares (`length`) or mean square (`pairs`) up to which a series is constant: rounding leaves that much. */
  readonly constant?: number;
}

/**
 * Autocorrelations of a series at lags of one step and more, in the order of `lags`. Missing values (NaN) are left out.
 * The result is zero for a constant series, and for lags that reach beyond the series.
 */
export function autocorrelations(
  values: Float64Array,
  lags: readonly number[],
  options: AutocorrelationOptions = {},
): Float64Array {
  const { mean = meanOf(values), divisor = "length" } = options;
  const { constant = 1e-26 * values.length * mean * mean } = options;
  const centred = values.map((value) => value - mean);
  let [present, squares] = [0, 0];
  for (const value of centred) {
    if (Number.isNaN(value)) continue;
    present++;
    squares += value * value;
  }
  const perPair = divisor === "pairs";
  const scale = perPair ? squares / present : squares;
  if (!(scale > constant)) return new Float64Array(lags.length);
  return Float64Array.from(lags, (lag) => {
    const { pairs, sum } = products(centred, lag);
    return pairs === 0 ? 0 : (perPair ? sum / pairs : sum) / scale;
  });
}

function products(centred: Float64Array, lag: number): { pairs: number; sum: number } {
  let [pairs, sum] = [0, 0];
  for (let i = lag; i < centred.length; i++) {
    const product = centred[i]! * centred[i - lag]!;
    if (Number.isNaN(product)) continue;
    pairs++;
    sum += product;
  }
  return { pairs, sum };
}

function meanOf(values: Float64Array): number {
  let mean = 0;
  for (const value of values) mean += value / values.length;
  return mean;
}
