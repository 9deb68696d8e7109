/** Settings of one local regression over equally spaced values. */
export interface LoessSettings {
  /** Values in a neighbourhood, odd. */
  readonly window: number;
  /** 0: local constant, 1: local line. */
  readonly degree: 0 | 1;
  /** Steps between points that are estimated; those between are interpolated linearly. */
  readonly jump: number;
}

/** Memory for the weights of a neighbourhood. */
export type LoessScratch = Float64Array;

/**
 * Local regression estimate at position `at` (1-based, may lie one beyond the ends) from values `left … right` of the first
 * `n` values; NaN where every weight vanishes. Tricube weights times the optional robustness `weights`.
 * Cleveland, Cleveland, McRae & Terpenning (1990), STL: A seasonal-trend decomposition procedure based on loess.
 */
export function loessAt(
  values: Float64Array,
  n: number,
  { window, degree }: LoessSettings,
  at: number,
  left: number,
  right: number,
  weights: Float64Array | undefined,
  scratch: LoessScratch,
): number {
  let width = Math.max(at - left, right - at);
  if (window > n) width += Math.floor((window - n) / 2);
  const far = 0.999 * width;
  const near = 0.001 * width;
  let total = 0;
  for (let j = left; j <= right; j++) {
    const distance = Math.abs(j - at);
    let weight = 0;
    if (distance <= near) weight = 1;
    else if (distance <= far) {
      const ratio = distance / width;
      const cube = 1 - ratio * ratio * ratio;
      weight = cube * cube * cube;
    }
    if (weights !== undefined) weight *= weights[j - 1]!;
    scratch[j - left] = weight;
    total += weight;
  }
  if (!(total > 0)) return Number.NaN;
  let centre = 0;
  for (let j = left; j <= right; j++) centre += (scratch[j - left]! / total) * j;
  const slope = degree === 1 && width > 0 ? slopeFactor(scratch, total, centre, at, left, right, n) : 0;
  let sum = 0;
  for (let j = left; j <= right; j++) {
    sum += (scratch[j - left]! / total) * (slope * (j - centre) + 1) * values[j - 1]!;
  }
  return sum;
}

function slopeFactor(
  scratch: LoessScratch,
  total: number,
  centre: number,
  at: number,
  left: number,
  right: number,
  n: number,
): number {
  let spread = 0;
  for (let j = left; j <= right; j++) spread += (scratch[j - left]! / total) * (j - centre) * (j - centre);
  return Math.sqrt(spread) > 0.001 * (n - 1) ? (at - centre) / spread : 0;
}

/** Smooths the first `n` values into `out` (from index `outAt`), as the `ess` routine of the STL program. */
export function loess(
  values: Float64Array,
  n: number,
  settings: LoessSettings,
  weights: Float64Array | undefined,
  out: Float64Array,
  outAt: number,
  scratch: LoessScratch,
): void {
  if (n < 2) {
    out[outAt] = values[0]!;
    return;
  }
  const jump = Math.min(settings.jump, n - 1);
  const estimate = (at: number) => {
    const left = neighbourhoodStart(at, n, settings.window);
    const right = Math.min(n, left + settings.window - 1);
    const value = loessAt(values, n, settings, at, left, right, weights, scratch);
    out[outAt + at - 1] = Number.isNaN(value) ? values[at - 1]! : value;
  };
  let last = 1;
  for (let at = 1; at <= n; at += jump) {
    estimate(at);
    interpolate(out, outAt + last - 1, outAt + at - 1);
    last = at;
  }
  if (last === n) return;
  estimate(n);
  interpolate(out, outAt + last - 1, outAt + n - 1);
}

/** First value (1-based) of the neighbourhood of `at`: centred where it fits, else at the edge. */
function neighbourhoodStart(at: number, n: number, window: number): number {
  if (window >= n) return 1;
  const half = (window + 1) >> 1;
  return Math.min(n - window + 1, Math.max(1, at - half + 1));
}

function interpolate(out: Float64Array, from: number, to: number): void {
  const slope = (out[to]! - out[from]!) / (to - from);
  for (let i = from + 1; i < to; i++) out[i] = out[from]! + slope * (i - from);
}
