import { type Design, designOf, rawCoefficients } from "./design.ts";
import { chooseDifferences, isConstant, leastSquaresResiduals } from "./differencing.ts";
import { type ArmaFit, finalPrecision, fitArma } from "./fit.ts";
import type { ArimaProcess } from "./forecast.ts";
import { type Harmonic, harmonicColumns, widthOf } from "./fourier.ts";
import { chooseHarmonics } from "./harmonic-search.ts";
import { difference } from "./polynomial.ts";
import type { Regression, Window } from "./regression.ts";
import { type Candidate, type SearchSpace, searchOrders } from "./search.ts";

/** What the search may vary. */
export interface SearchOptions {
  readonly maximumOrder: number;
  readonly maximumSeasonalOrder: number;
  readonly d?: number | undefined;
  readonly D?: number | undefined;
}

export interface EstimatedArima {
  readonly process: ArimaProcess;
  readonly regression: Regression;
}

/** Longest season that is modelled by seasonal orders; longer ones need too many states and cycles. */
const longestSeason = 24;

/** More regression columns than this are held fixed while the orders are searched. */
const jointColumns = 16;

/**
 * Chooses and estimates an ARIMA model with regressors: one season of up to 24 steps by seasonal orders, longer or several ones by
 * harmonics with non-seasonal errors.
 */
export async function estimateArima(
  window: Window,
  names: readonly string[],
  seasons: readonly number[],
  options: SearchOptions,
  pause: () => Promise<boolean>,
): Promise<EstimatedArima> {
  const { past, start } = window;
  const length = past.length;
  const varying = names.map((_, i) => i).filter((i) => !isConstant(window.regressors[i]!.subarray(0, length), 0));
  const given = varying.map((i) => window.regressors[i]!.subarray(0, length));
  const seasonal = seasons.length === 1 && seasons[0]! <= longestSeason;
  let harmonics: readonly Harmonic[] = [];
  let space: SearchSpace;
  if (seasonal || seasons.length === 0) {
    space = limitOrders(length, { ...chooseDifferences(past, given, seasons[0] ?? 1, options), ...maxima(options) });
  } else {
    const chosen = chooseHarmonics(past, given, seasons, start, options);
    harmonics = chosen.harmonics;
    space = limitOrders(length, { d: chosen.d, D: 0, season: 1, ...maxima(options) });
  }
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
      varying.map((i) => names[i]!),
      harmonics,
    ),
  };
}

function maxima({ maximumOrder, maximumSeasonalOrder }: SearchOptions) {
  return { maximumOrder, maximumSeasonalOrder };
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
  if (regressors.length <= jointColumns) return final(await searchOrders(past, regressors, space, pause));
  const residuals = workingResiduals(past, regressors, space);
  const { fit, design } = await searchOrders(residuals, [], space, pause);
  const joint = designOf(past, regressors, space, design.constant);
  return final({ fit, design: joint });
}

/** The chosen model once more, iterated to convergence. */
function final({ fit, design }: Candidate): Candidate {
  return {
    fit: fitArma(design, fit.order, finalPrecision, fit.coefficients) ?? (fit as ArmaFit),
    design: design as Design,
  };
}

/** What is left after a regression with ARMA(2, 1) errors. */
function workingResiduals(past: Float64Array, regressors: readonly Float64Array[], space: SearchSpace): Float64Array {
  const order = { ...space, p: 2, q: 1, P: 0, Q: 0 };
  const design = designOf(past, regressors, space, space.d + space.D <= 1);
  const fit = fitArma(design, order, finalPrecision);
  if (fit === undefined) return leastSquaresResiduals(past, regressors);
  const { coefficients } = rawCoefficients(design, fit.regression, regressors.length);
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
