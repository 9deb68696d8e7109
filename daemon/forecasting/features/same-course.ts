/** A column this close to the target (correlation of their changes) tells it rather than predicts it. */
const revealing = 0.9999;
/** Correlation of changes from which rounding, or a curved scale, may be what stands between a column and the target. */
const [nearlyLinear, nearlyMonotone] = [0.9, 0.4];
/** Changes, and changes other than zero, below which agreement may be chance. */
const [fewestChanges, fewestMoves] = [10, 5];
/** Turns up or down that a series has to take before the same order of all values is no accident. */
const fewestTurns = 10;

interface Pair {
  readonly values: Float64Array;
  readonly target: Float64Array;
}

/**
 * Whether a column takes the same course as the target but for scale and level, and on how many changes that rests: its changes
 * follow exactly, or it is the target rounded, or (where `anyScale`) puts all values in the very same order.
 */
export function follows(pair: Pair, anyScale: boolean): { readonly isSame: boolean; readonly changes: number } {
  const { correlation, changes, moves } = correlationOfChanges(pair);
  if (changes < fewestChanges || moves < fewestMoves) return { isSame: false, changes: moves === 0 ? 0 : changes };
  const size = Math.abs(correlation);
  const isSame =
    size > revealing ||
    (size > nearlyLinear && isRounded(pair)) ||
    (anyScale && size > nearlyMonotone && sameOrder(pair));
  return { isSame, changes };
}

function correlationOfChanges({ values, target }: Pair) {
  let [changes, moves, sx, sy, sxx, syy, sxy] = [0, 0, 0, 0, 0, 0, 0];
  for (let row = 1; row < values.length; row++) {
    const x = values[row]! - values[row - 1]!;
    const y = target[row]! - target[row - 1]!;
    if (Number.isNaN(x + y)) continue;
    changes++;
    if (y !== 0) moves++;
    sx += x;
    sy += y;
    sxx += x * x;
    syy += y * y;
    sxy += x * y;
  }
  const spread = Math.sqrt(Math.max(0, sxx - (sx * sx) / changes) * Math.max(0, syy - (sy * sy) / changes));
  return { correlation: spread > 0 ? (sxy - (sx * sy) / changes) / spread : 0, changes, moves };
}

/** Whether one of the two is the other, on another scale, rounded to the steps in which it is given. */
function isRounded(pair: Pair): boolean {
  const { values, target } = present(pair);
  return withinHalfSteps(values, target) || withinHalfSteps(target, values);
}

/**
 * Steps that a rounded column's spread has to have, and its values, before all of them near a line mean a copy: prices of a dozen
 * points that the target follows with little noise are near one too, and are what a forecast is made from.
 */
const [fewestSteps, fewestRounded] = [8, 30];

function withinHalfSteps(rounded: Float64Array, exact: Float64Array): boolean {
  const step = stepOf(rounded);
  const line = fitted(exact, rounded);
  if (rounded.length < fewestRounded || step === undefined || line === undefined) return false;
  if (line.spread < fewestSteps * step) return false;
  // The line itself is only estimated: a little more than half a step.
  return rounded.every((value, row) => Math.abs(value - line.at(exact[row]!)) <= 0.6 * step);
}

/** The step of which all differences of a column are multiples; undefined where there is none. */
function stepOf(values: Float64Array): number | undefined {
  const sorted = values.toSorted();
  const gaps = sorted.subarray(1).map((value, row) => value - sorted[row]!);
  const noise = 1e-9 * Math.max(Math.abs(sorted[0]!), Math.abs(sorted.at(-1)!));
  const step = gaps.reduce((least, gap) => (gap > noise && gap < least ? gap : least), Number.POSITIVE_INFINITY);
  const isGrid = gaps.every((gap) => Math.abs(gap / step - Math.round(gap / step)) < 1e-3);
  return Number.isFinite(step) && isGrid ? step : undefined;
}

/** Line of least squares from x to y, and the standard deviation of y. */
function fitted(x: Float64Array, y: Float64Array): { at: (value: number) => number; spread: number } | undefined {
  const mean = (of: Float64Array): number => of.reduce((sum, value) => sum + value, 0) / of.length;
  const [centreX, centreY] = [mean(x), mean(y)];
  let [xx, xy, yy] = [0, 0, 0];
  x.forEach((value, row) => {
    xx += (value - centreX) ** 2;
    xy += (value - centreX) * (y[row]! - centreY);
    yy += (y[row]! - centreY) ** 2;
  });
  if (!(xx > 0)) return undefined;
  return { at: (value) => centreY + (xy / xx) * (value - centreX), spread: Math.sqrt(yy / y.length) };
}

/** Whether sorting by one sorts the other, up or down, in a series that goes up and down often enough for that to mean something. */
function sameOrder(pair: Pair): boolean {
  const { values, target } = present(pair);
  let turns = 0;
  for (let row = 2; row < target.length; row++) {
    if ((target[row]! - target[row - 1]!) * (target[row - 1]! - target[row - 2]!) < 0) turns++;
  }
  if (turns < fewestTurns) return false;
  const order = Array.from(values.keys()).sort((a, b) => values[a]! - values[b]! || target[a]! - target[b]!);
  const rising = order.every((row, i) => i === 0 || isOrdered(target[order[i - 1]!]!, target[row]!, values, order, i));
  const falling = order
    .toSorted((a, b) => values[a]! - values[b]! || target[b]! - target[a]!)
    .every((row, i, sorted) => i === 0 || isOrdered(-target[sorted[i - 1]!]!, -target[row]!, values, sorted, i));
  return rising || falling;
}

/** Order must hold strictly: equal values of one that are different ones of the other are no function of each other. */
function isOrdered(before: number, after: number, values: Float64Array, order: readonly number[], i: number): boolean {
  const isTied = values[order[i]!] === values[order[i - 1]!];
  return isTied ? before === after : before < after;
}

function present({ values, target }: Pair): Pair {
  const both = Int32Array.from(values.keys()).filter((row) => !Number.isNaN(values[row]! + target[row]!));
  return {
    values: Float64Array.from(both, (row) => values[row]!),
    target: Float64Array.from(both, (row) => target[row]!),
  };
}
