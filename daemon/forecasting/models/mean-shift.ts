/** Rows a model learnt from or could have: their scaled forecasts, what came, and how both become units of the target. */
export interface ForecastRows {
  readonly predicted: Float64Array;
  readonly target: Float64Array;
  readonly centre: Float64Array;
  readonly scale: Float64Array;
}

/** Halvings of the bracket that the shift is sought in: the rest is far below any forecast's error. */
const halvings = 50;

/** Doublings of the bracket until it holds the shift. */
const doublings = 40;

/**
 * What has to be added to scaled forecasts so that they become means: with it, the forecasts of all rows, none of them
 * below `floor`, add up to what came, in units of the target. A loss that outliers do not rule (absolute, Huber) and one
 * of ratios (scaled targets) both have their least elsewhere. The additive form of smearing (Duan 1983).
 */
export function meanShift(rows: ForecastRows, floor = Number.NEGATIVE_INFINITY): number {
  const { predicted, target, scale } = rows;
  let [errors, scales] = [0, 0];
  for (let row = 0; row < predicted.length; row++) {
    const size = scale[row]!;
    errors += size * (target[row]! - predicted[row]!);
    scales += size;
  }
  if (!(scales > 0)) return 0;
  const plain = errors / scales;
  if (floor === Number.NEGATIVE_INFINITY || excess(rows, floor, plain) <= 0) return plain;
  // A floor only raises forecasts: the shift that makes up for that lies below the plain one.
  let width = 1 + Math.abs(plain);
  for (let i = 0; i < doublings && excess(rows, floor, plain - width) > 0; i++) width *= 2;
  let [low, high] = [plain - width, plain];
  for (let i = 0; i < halvings; i++) {
    const middle = (low + high) / 2;
    if (excess(rows, floor, middle) > 0) high = middle;
    else low = middle;
  }
  return (low + high) / 2;
}

/** By how much the shifted forecasts of all rows exceed what came. */
function excess({ predicted, target, centre, scale }: ForecastRows, floor: number, shift: number): number {
  let sum = 0;
  for (let row = 0; row < predicted.length; row++) {
    const forecast = Math.max(floor, centre[row]! + scale[row]! * (predicted[row]! + shift));
    sum += forecast - centre[row]! - scale[row]! * target[row]!;
  }
  return sum;
}
