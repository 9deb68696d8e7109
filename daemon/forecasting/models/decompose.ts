/** Centred moving average over one season (half weights at the ends of an even one); NaN where it does not reach. */
export function centredAverage(values: Float64Array, season: number): Float64Array {
  const n = values.length;
  const half = Math.floor(season / 2);
  const result = new Float64Array(n).fill(Number.NaN);
  const even = season % 2 === 0;
  for (let i = half; i < n - half; i++) {
    let sum = even ? 0.5 * (values[i - half]! + values[i + half]!) : 0;
    for (let k = even ? i - half + 1 : i - half; k <= (even ? i + half - 1 : i + half); k++) sum += values[k]!;
    result[i] = sum / season;
  }
  return result;
}

/**
 * Seasonal figure of the classical decomposition (as R's `decompose`): mean deviation from (or ratio to) the centred moving
 * average at each position, normalised to sum to 0 (or average 1). Index 0 belongs to the first value. Needs two seasons.
 */
export function seasonalFigure(values: Float64Array, season: number, multiplicative: boolean): Float64Array {
  const trend = centredAverage(values, season);
  const sums = new Float64Array(season);
  const counts = new Float64Array(season);
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(trend[i]!)) continue;
    const part = multiplicative ? values[i]! / trend[i]! : values[i]! - trend[i]!;
    if (!Number.isFinite(part)) continue;
    sums[i % season]! += part;
    counts[i % season]!++;
  }
  let total = 0;
  for (let j = 0; j < season; j++) {
    sums[j] = counts[j]! > 0 ? sums[j]! / counts[j]! : multiplicative ? 1 : 0;
    total += sums[j]! / season;
  }
  for (let j = 0; j < season; j++) sums[j] = multiplicative ? sums[j]! / total : sums[j]! - total;
  return sums;
}
