import { quantileOfSorted, weightedQuantile } from "../numerics/quantile.ts";
import { type Panel, seriesCount } from "../panel/panel.ts";
import { selectSeries } from "../panel/panel-at.ts";
import type { Decorator, Layer } from "./decorated.ts";
import { emptyForecast, type Forecast, forecastPart, meanOf, placeForecast, pointOf, quantileOf } from "./forecast.ts";
import type { Attribution, AttributionRequest, FittedForecaster } from "./forecaster.ts";

/** Answers for the series that have a past. */
const warmLayer: Layer = {
  predict: async (inner, panel, context) => {
    const warm = warmSeries(panel);
    if (warm.length === seriesCount(panel)) return inner(panel, context);
    const all = emptyForecast(seriesCount(panel), context.horizon, context.levels);
    if (warm.length > 0) spread(await inner(selectSeries(panel, warm), context), warm, all);
    return all;
  },
  attribute: attributeWarm,
  interactions: (inner, panel, request) => {
    const { panel: warm, series } = warmPart(panel, request.series);
    return inner(warm, { ...request, series });
  },
};

/**
 * Keeps series without history from a model: such series are left out of the fit, their forecasts stay missing
 * (NaN) and their attributions zero. Every model here learns a series' level from its own past, so none could tell it.
 */
export const sparedEmptySeries: Decorator = {
  fitted: (panel) => ({ seen: selectSeries(panel, warmSeries(panel)), layer: warmLayer }),
  loaded: (saved) => ({ inner: saved, layer: warmLayer }),
};

/** Series that have a past. */
function warmSeries({ history }: Panel): Int32Array {
  return Int32Array.from(history.keys()).filter((series) => history[series]! > 0);
}

/** The series with a past, and where in them those of `series` stand that have one. */
function warmPart(panel: Panel, series: readonly number[]): { panel: Panel; series: number[] } {
  const warm = warmSeries(panel);
  const place = new Map(Array.from(warm, (row, index) => [row, index]));
  return { panel: selectSeries(panel, warm), series: series.flatMap((row) => place.get(row) ?? []) };
}

function spread(forecast: Forecast, rows: Int32Array, all: Forecast): void {
  rows.forEach((row, index) => {
    placeForecast(forecastPart(forecast, index, 1), all, row);
  });
}

async function attributeWarm(
  attribute: NonNullable<FittedForecaster["attribute"]>,
  panel: Panel,
  request: AttributionRequest,
): Promise<Attribution> {
  if (request.series.every((row) => panel.history[row]! > 0) && !panel.history.includes(0)) {
    return attribute(panel, request);
  }
  const { horizon } = request;
  const part = warmPart(panel, request.series);
  const cells = request.series.length * horizon;
  const none = { factors: [], series: request.series, horizon, exact: true };
  if (part.series.length === 0) {
    return { ...none, baseline: new Float64Array(cells), contributions: new Float64Array(0) };
  }
  const found = await attribute(part.panel, { ...request, series: part.series });
  const width = horizon * found.factors.length;
  const wide = (values: Float64Array, size: number): Float64Array => {
    const out = new Float64Array(request.series.length * size);
    let from = 0;
    request.series.forEach((row, index) => {
      if (panel.history[row]! === 0) return;
      out.set(values.subarray(from, from + size), index * size);
      from += size;
    });
    return out;
  };
  return {
    ...found,
    series: request.series,
    baseline: wide(found.baseline, horizon),
    contributions: wide(found.contributions, width),
    ...(found.standardError && { standardError: wide(found.standardError, width) }),
  };
}

/** Series that lend their forecasts at least, where there are as many. */
const fewestLenders = 5;

/** Series that lend their forecasts at most: more would not change a median. */
const mostLenders = 500;

/**
 * Gives series without any history the forecast of a typical other one, in place: of those that agree with it in the most static
 * covariates, at least five, the mean of the means, the median of the points, and the quantiles of all their distributions put together, so that the
 * intervals span how different the series are. Returns how many it gave; none where no series has a past.
 */
export function borrowForecasts(panel: Panel, forecast: Forecast): number {
  const warm = warmSeries(panel);
  if (warm.length === 0 || warm.length === seriesCount(panel)) return 0;
  const groups = new Map<string, number>();
  let count = 0;
  panel.history.forEach((length, row) => {
    if (length > 0) return;
    count++;
    const group = JSON.stringify(panel.static.map(({ values }) => values[row]!));
    const model = groups.get(group);
    if (model === undefined) {
      writeTypical(forecast, lendersOf(panel, row, warm), row);
      groups.set(group, row);
    } else placeForecast(forecastPart(forecast, model, 1), forecast, row);
  });
  return count;
}

function lendersOf(panel: Panel, row: number, warm: Int32Array): Int32Array {
  const shared = warm.map((other) =>
    panel.static.reduce((sum, { values }) => sum + (values[other] === values[row] ? 1 : 0), 0),
  );
  let least = panel.static.length;
  const agreeing = (): Int32Array => warm.filter((_, index) => shared[index]! >= least);
  while (least > 0 && agreeing().length < fewestLenders) least--;
  const found = agreeing();
  const stride = Math.ceil(found.length / mostLenders);
  return found.filter((_, index) => index % stride === 0);
}

function writeTypical(forecast: Forecast, lenders: Int32Array, row: number): void {
  const { horizon, levels } = forecast;
  const masses = levels.map((level, index) => {
    const from = index === 0 ? 0 : (levels[index - 1]! + level) / 2;
    const to = index === levels.length - 1 ? 1 : (level + levels[index + 1]!) / 2;
    return to - from;
  });
  for (let step = 0; step < horizon; step++) {
    const total = lenders.reduce((sum, other) => sum + meanOf(forecast, other)[step]!, 0);
    meanOf(forecast, row)[step] = total / lenders.length;
    const points = Float64Array.from(lenders, (other) => pointOf(forecast, other)[step]!).sort();
    pointOf(forecast, row)[step] = quantileOfSorted(points, 0.5, "lower");
    const pool = Array.from(lenders)
      .flatMap((other) => masses.map((weight, level) => ({ weight, value: quantileOf(forecast, other, level)[step]! })))
      .sort((a, b) => a.value - b.value);
    levels.forEach((level, index) => {
      quantileOf(forecast, row, index)[step] = weightedQuantile(pool, level * lenders.length);
    });
  }
}
