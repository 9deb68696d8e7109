import { interpolate } from "../local.ts";
import { type Design, designOf, rawCoefficients } from "./design.ts";
import { chooseDifferences, isConstant, leastSquaresResiduals } from "./differencing.ts";
import { finalPrecision, fitArma, regressionGiven, searchPrecision } from "./fit.ts";
import type { ArimaProcess } from "./forecast.ts";
import { type Harmonic, harmonicColumns, widthOf } from "./fourier.ts";
import { chooseHarmonics, workingOrder } from "./harmonic-search.ts";
import { fillMissing } from "./missing.ts";
import { difference } from "./polynomial.ts";
import { contributionsOf, type Regression, type Window } from "./regression.ts";
import type { SearchRules } from "./rules.ts";
import { type Candidate, type SearchSpace, searchOrders } from "./search.ts";

/** What the search may vary. */
export interface SearchOptions {
  readonly maximumOrder: number;
  readonly maximumSeasonalOrder: number;
  readonly d?: number | undefined;
  readonly D?: number | undefined;
  readonly rules: SearchRules;
}

export interface EstimatedArima {
  readonly process: ArimaProcess;
  readonly regression: Regression;
}

/** Values × squared number of regressors above which the regression is held fixed while the orders are searched. */
const jointWork = 100_000;

/**
 * Chooses and estimates an ARIMA model as `estimateComplete` does. Missing values are interpolated at first, then filled with their
 * expectation under the model found so, and the model is chosen again; the variance counts observed values only.
 */
export async function estimateArima(
  window: Window,
  names: readonly string[],
  seasons: readonly number[],
  options: SearchOptions,
  pause: () => Promise<boolean>,
): Promise<EstimatedArima> {
  const { past } = window;
  const missing = past.reduce((count, value) => count + (Number.isNaN(value) ? 1 : 0), 0);
  const rough = { ...window, past: interpolate(past) };
  const first = await estimateComplete(rough, names, seasons, options, pause);
  if (missing === 0 || missing === past.length || !(await pause())) return first;
  const filled = { ...window, past: completed(window, names, first) };
  const { process, regression } = await estimateComplete(filled, names, seasons, options, pause);
  const variance = (process.variance * past.length) / (past.length - missing);
  return { process: { ...process, variance }, regression };
}

/** The past of the window with its missing values filled under a model. */
export function completed(
  window: Window,
  names: readonly string[],
  { process, regression }: EstimatedArima,
): Float64Array {
  const { past } = window;
  if (!past.some(Number.isNaN)) return past;
  const { byName, season } = contributionsOf(window, names, regression, past.length);
  const parts = [...Object.values(byName), season];
  const explained = past.map((_, t) => parts.reduce((sum, part) => sum + part[t]!, 0));
  const errors = fillMissing(
    past.map((value, t) => value - explained[t]!),
    process,
  );
  return errors.map((value, t) => value + explained[t]!);
}

/**
 * Chooses and estimates an ARIMA model with regressors: the shortest season by seasonal orders if it has up to 48 steps, longer
 * ones by harmonics.
 */
async function estimateComplete(
  window: Window,
  names: readonly string[],
  seasons: readonly number[],
  options: SearchOptions,
  pause: () => Promise<boolean>,
): Promise<EstimatedArima> {
  const { past, start } = window;
  const length = past.length;
  const offered = names.map((_, i) => window.regressors[i]!.subarray(0, length));
  // Beside a constant, so that neither a constant regressor nor a shifted copy of another one stays.
  const { kept } = designOf(past, offered, { d: 0, D: 0, season: 1 }, true);
  const given = kept.map((i) => offered[i]!);
  const short = seasons[0] !== undefined && seasons[0] <= options.rules.longestSeason ? seasons[0] : 1;
  const long = seasons.filter((season) => season > short);
  const { harmonics, differences } =
    long.length === 0
      ? { harmonics: [], differences: chooseDifferences(past, given, short, options) }
      : chooseHarmonics(past, given, { short, long, strength: options.rules.harmonicStrength }, start, options);
  const space = limitOrders(length, { ...differences, ...spaceOf(options) });
  const waves = harmonics.flatMap((harmonic) => harmonicColumns(harmonic, start, length));
  const { fit, design } = await searchAndFit(past, [...given, ...waves], space, pause);
  const raw = rawCoefficients(design, fit.regression, given.length + waves.length);
  const process = {
    order: fit.order,
    coefficients: fit.coefficients,
    constant: raw.constant,
    variance: fit.sumOfSquares / Math.max(1, design.columns.length - fit.parameters),
  };
  return {
    process,
    regression: named(
      raw.coefficients,
      kept.map((i) => names[i]!),
      harmonics,
    ),
  };
}

function spaceOf({ maximumOrder, maximumSeasonalOrder, rules }: SearchOptions) {
  return { maximumOrder, maximumSeasonalOrder, seasonalRoot: rules.seasonalRoot };
}

/** Orders that a short series can bear. */
function limitOrders(length: number, space: SearchSpace): SearchSpace {
  const cycles = space.season > 1 ? Math.floor(length / 3 / space.season) : 0;
  return {
    ...space,
    maximumOrder: Math.min(space.maximumOrder, Math.floor(length / 3)),
    maximumSeasonalOrder: Math.min(space.maximumSeasonalOrder, cycles),
  };
}

async function searchAndFit(
  past: Float64Array,
  regressors: readonly Float64Array[],
  space: SearchSpace,
  pause: () => Promise<boolean>,
): Promise<Candidate> {
  const magnitude = past.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  if (isConstant(difference(leastSquaresResiduals(past, regressors), space), magnitude)) {
    return searchOrders(past, regressors, { ...space, maximumOrder: 0, maximumSeasonalOrder: 0 }, pause);
  }
  if (past.length * regressors.length ** 2 <= jointWork)
    return refined(await searchOrders(past, regressors, space, pause));
  return alternate(past, regressors, space, pause);
}

/** The chosen model once more, iterated to convergence. */
function refined({ fit, design }: Candidate): Candidate {
  return { fit: fitArma(design, fit.order, finalPrecision, fit.coefficients) ?? fit, design };
}

/**
 * With many regressors, their coefficients and the ARMA model are estimated in turn, each given the other (iterated feasible
 * generalised least squares, Cochrane & Orcutt 1949): from a working model to the search, and from its model to a last fit.
 */
async function alternate(
  past: Float64Array,
  regressors: readonly Float64Array[],
  space: SearchSpace,
  pause: () => Promise<boolean>,
): Promise<Candidate> {
  const constant = space.d + space.D <= 1;
  const order = workingOrder(space);
  const working = fitArma(
    designOf(leastSquaresResiduals(past, regressors), [], space, constant),
    order,
    searchPrecision,
  );
  const first = designOf(past, regressors, space, constant);
  const given = working && regressionGiven(first, working.coefficients, space.season);
  if (given === undefined) return refined(await searchOrders(past, regressors, space, pause));
  const errors = errorsOf(past, regressors, first, given.regression);
  const found = await searchOrders(errors, [], space, pause);
  const joint = designOf(past, regressors, space, found.design.constant);
  const { coefficients } = found.fit;
  const again = regressionGiven(joint, coefficients, space.season)?.regression ?? given.regression;
  const left = designOf(errorsOf(past, regressors, joint, again), [], space, joint.constant);
  const fit = fitArma(left, found.fit.order, finalPrecision, coefficients) ?? found.fit;
  const last = regressionGiven(joint, fit.coefficients, space.season);
  const parameters = fit.parameters + joint.columns.count - left.columns.count;
  return { design: joint, fit: { ...fit, ...(last ?? { regression: again }), parameters } };
}

/** What the regressors do not explain, the constant's part included. */
function errorsOf(
  past: Float64Array,
  regressors: readonly Float64Array[],
  design: Design,
  regression: Float64Array,
): Float64Array {
  const { coefficients } = rawCoefficients(design, regression, regressors.length);
  return past.map((value, t) => regressors.reduce((rest, column, i) => rest - coefficients[i]! * column[t]!, value));
}

function named(coefficients: readonly number[], names: readonly string[], harmonics: readonly Harmonic[]): Regression {
  let used = names.length;
  return {
    regressors: Object.fromEntries(
      names.map((name, i) => [name, coefficients[i]!] as const).filter(([, coefficient]) => coefficient !== 0),
    ),
    harmonics: harmonics.map((harmonic) => {
      const width = widthOf(harmonic);
      used += width;
      return { ...harmonic, coefficients: coefficients.slice(used - width, used) };
    }),
  };
}
