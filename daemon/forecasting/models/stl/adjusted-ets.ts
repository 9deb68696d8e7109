import { type Anchor, anchorOf, fromAnchor } from "../anchor.ts";
import type { EtsFit } from "../ets/fit.ts";
import { filterEts, forecastEts } from "../ets/forecast.ts";
import { adaptEts, type EtsSearch, selectEts } from "../ets/select.ts";
import type { LocalForecast } from "../local.ts";
import { type AdjustmentOptions, adjustSeasons, prefersFactors, type SeasonalAdjustment } from "./adjust.ts";
import { hasLongSeason } from "./arrange.ts";

/** Exponential smoothing of a series after its seasons of `periods` (none: of the series itself) were taken out. */
export interface AdjustedEts {
  readonly periods: readonly number[];
  readonly adjustment: AdjustmentOptions;
  readonly anchor: Anchor;
  readonly fit: EtsFit;
}

export interface AdjustedEtsOptions {
  readonly periods: readonly number[];
  /** Whether the seasons are factors is chosen where it is left out. */
  readonly adjustment: Omit<AdjustmentOptions, "multiplicative"> & { readonly multiplicative?: boolean | undefined };
  readonly search: EtsSearch;
  /** Longest history that the smoothing is fitted to, in steps. */
  readonly longest: number;
}

/**
 * Fits exponential smoothing to the seasonally adjusted series (R's `stlf`, with several seasons as its `mstl`). Where a season
 * is long the errors add: in such series, hours or weeks, relative errors are skewed and a trend that makes up for
 * the skew runs away over the horizon.
 */
export function fitAdjusted(past: Float64Array, options: AdjustedEtsOptions): AdjustedEts {
  const { periods, longest } = options;
  const search = { ...options.search, multiplicative: options.search.multiplicative && !hasLongSeason(periods) };
  const multiplicative = options.adjustment.multiplicative ?? prefersFactors(past, periods, options.adjustment);
  const adjustment = { ...options.adjustment, multiplicative };
  const anchor = anchorOf(past, longest);
  const adjusted = periods.length === 0 ? past : adjustSeasons(past, periods, adjustment).adjusted;
  return { periods, adjustment, anchor, fit: selectEts(adjusted.subarray(anchor.start), search) };
}

/** Forecasts with fixed parameters; the start states are found again where `past` begins elsewhere than the fitted history. */
export function forecastAdjusted(
  past: Float64Array,
  { periods, adjustment, anchor, fit }: AdjustedEts,
  steps: number,
  levels: readonly number[],
): LocalForecast {
  const adjustable = periods.every((period) => 2 * period <= past.length) && periods.length > 0;
  const seasons = adjustable ? adjustSeasons(past, periods, adjustment) : undefined;
  const adjusted = seasons?.adjusted ?? past;
  const known = fromAnchor(past, anchor) !== undefined;
  const history = known ? adjusted.subarray(anchor.start) : adjusted;
  const started = adaptEts(history, fit, known);
  const base = forecastEts(started, filterEts(history, started), steps, levels);
  return seasons === undefined ? base : addSeasons(base, periods, seasons);
}

/** The forecast of an adjusted series with its seasons back in it; a factor's component is what it adds to those before. */
export function addSeasons(
  base: LocalForecast,
  periods: readonly number[],
  { future, multiplicative }: SeasonalAdjustment,
): LocalForecast {
  const steps = base.mean.length;
  const mean = base.mean.slice();
  const quantiles = base.quantiles.slice();
  const components: Record<string, Float64Array> = { ...base.components };
  future(steps).forEach((season, k) => {
    const withSeason = (value: number, step: number) =>
      multiplicative ? value * season[step]! : value + season[step]!;
    components[periods.length === 1 ? "season" : `season ${periods[k]}`] = mean.map(
      (value, step) => withSeason(value, step) - value,
    );
    for (let i = 0; i < steps; i++) mean[i] = withSeason(mean[i]!, i);
    for (let i = 0; i < quantiles.length; i++) quantiles[i] = withSeason(quantiles[i]!, i % steps);
  });
  return { mean, quantiles, components };
}
