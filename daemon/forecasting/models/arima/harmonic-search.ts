import { type Columns, whiten } from "./arma-filter.ts";
import { designOf } from "./design.ts";
import { chooseDifferences, type Differences, type FixedDifferences, leastSquaresResiduals } from "./differencing.ts";
import { fitArma, searchPrecision } from "./fit.ts";
import { type Harmonic, harmonicColumns, harmonicsOf, widthOf } from "./fourier.ts";
import type { ArimaOrder } from "./order.ts";
import { difference, lagPolynomials } from "./polynomial.ts";
import { isStrong } from "./seasonal-strength.ts";

/** Harmonics a season in the first, rough regression. */
const roughHarmonics = 10;

/** Most harmonics a season to choose from. */
const maximumHarmonics = 168;

const plain = { d: 0, D: 0, season: 1 } as const;

/** Seasons of a model: one by seasonal orders (1 where there is none), the longer ones by harmonics. */
export interface Seasons {
  readonly short: number;
  readonly long: readonly number[];
  /** Strength that a long season must exceed. */
  readonly strength: number;
}

/** Orders of the errors while regressors are chosen or estimated: rich enough for most series. */
export function workingOrder({ d, D, season }: Differences): ArimaOrder {
  return { p: 2, d, q: 1, P: 0, D, Q: season > 1 ? 1 : 0, season };
}

/**
 * Chooses the harmonics of the long seasons: of those seasons that are strong, each harmonic worth its parameters by AIC. The errors of a rough regression give a
 * working model; all candidates are whitened with it, so that each harmonic's contribution to the fit can be
 * read off one orthogonalisation (dynamic harmonic regression, Hyndman & Athanasopoulos 2021, section 10.5).
 */
export function chooseHarmonics(
  response: Float64Array,
  regressors: readonly Float64Array[],
  { short, long, strength }: Seasons,
  start: number,
  fixed: FixedDifferences,
): { harmonics: Harmonic[]; differences: Differences } {
  const count = response.length;
  const columnsOf = (harmonics: readonly Harmonic[]) =>
    harmonics.flatMap((harmonic) => harmonicColumns(harmonic, start, count));
  const strong = long.filter((season) => isStrong(leastSquaresResiduals(response, regressors), season, strength));
  // Four values a parameter at least.
  const limit = Math.min(maximumHarmonics, Math.floor(count / (8 * Math.max(1, strong.length))));
  const beyond = (most: number) => harmonicsOf([short, ...strong], most).filter(({ season }) => season !== short);
  const rough = [...regressors, ...columnsOf(beyond(Math.min(limit, roughHarmonics)))];
  const residuals = leastSquaresResiduals(response, rough);
  const differences = chooseDifferences(residuals, [], short, fixed);
  const order = workingOrder(differences);
  const working = fitArma(designOf(residuals, [], order, order.d + order.D <= 1), order, searchPrecision);
  const candidates = beyond(limit);
  if (working === undefined || candidates.length === 0) return { harmonics: [], differences };
  const before = [new Float64Array(count).fill(1), ...regressors];
  const all = [response, ...before, ...columnsOf(candidates)].map((values) => difference(values, order));
  const whitened = whitenAll(all, lagPolynomials(working.coefficients, short));
  if (whitened === undefined) return { harmonics: [], differences };
  const gains = contributions(whitened[0]!, whitened.slice(1));
  const explained = gains.reduce((sum, gain) => sum + gain, 0);
  const total = whitened[0]!.reduce((sum, value) => sum + value * value, 0);
  const variance = Math.max(0, total - explained) / Math.max(1, whitened[0]!.length - gains.length);
  let column = before.length;
  const harmonics = candidates.filter((harmonic) => {
    const width = widthOf(harmonic);
    const gain = gains[column]! + (width === 2 ? gains[column + 1]! : 0);
    column += width;
    return gain > penalty * width * variance;
  });
  return { harmonics, differences };
}

/** Gain in −2 log L that one parameter must bring. */
const penalty = 2;

function whitenAll(columns: readonly Float64Array[], polynomials: Parameters<typeof whiten>[1]) {
  const length = columns[0]!.length;
  const joined: Columns = { count: columns.length, length, values: new Float64Array(columns.length * length) };
  columns.forEach((values, c) => {
    joined.values.set(values, c * length);
  });
  const out = new Float64Array(joined.values.length);
  if (whiten(joined, polynomials, out) === undefined) return undefined;
  return columns.map((_, c) => out.subarray(c * length, (c + 1) * length));
}

/** Reduction of the sum of squares of `response` by each regressor after those before it. */
function contributions(response: Float64Array, regressors: readonly Float64Array[]): Float64Array {
  const { columns, kept, scale } = designOf(response, regressors, plain, false);
  const { length, values } = columns;
  const gains = new Float64Array(regressors.length);
  kept.forEach((index, i) => {
    let along = 0;
    for (let t = 0; t < length; t++) along += values[(i + 1) * length + t]! * values[t]!;
    gains[index] = (along * scale) ** 2;
  });
  return gains;
}
