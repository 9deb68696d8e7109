import type { Forecast } from "../../../daemon/forecasting/models/forecast.ts";
import type { FitContext, FittedForecaster, Forecaster } from "../../../daemon/forecasting/models/forecaster.ts";
import type { Frequency } from "../../../daemon/forecasting/panel/frequency.ts";
import { addSteps } from "../../../daemon/forecasting/panel/frequency.ts";
import type { Panel } from "../../../daemon/forecasting/panel/panel.ts";

/** A panel of one series whose regressors hold the past and then the future. */
export function singleSeries(
  past: ArrayLike<number>,
  futureSteps: number,
  {
    regressors = {},
    frequency = { unit: "month", multiple: 1 },
    start = Date.UTC(2000, 0, 1),
  }: { regressors?: Record<string, ArrayLike<number>>; frequency?: Frequency; start?: number } = {},
): Panel {
  const rows = past.length + futureSteps;
  const target = new Float64Array(rows).fill(Number.NaN);
  target.set(Float64Array.from(past));
  return {
    frequency,
    keyColumns: [],
    keys: [[]],
    offsets: Int32Array.of(0, rows),
    history: Int32Array.of(past.length),
    futureSteps,
    time: Float64Array.from({ length: rows }, (_, i) => addSteps(start, frequency, i)),
    target,
    known: Object.entries(regressors).map(([name, values]) => ({ name, values: Float64Array.from(values) })),
    observed: [],
    static: [],
  };
}

export function fitContext(panel: Panel, seasons: readonly number[], levels: readonly number[]): FitContext {
  return {
    horizon: panel.futureSteps,
    gap: 0,
    levels,
    seasons,
    seed: 1,
    device: "cpu",
    threads: 1,
    bounds: {},
    signal: new AbortController().signal,
    deadline: Number.POSITIVE_INFINITY,
    onProgress: () => {},
  };
}

/** Fits and forecasts one series. */
export async function fitAndForecast<Options>(
  model: Forecaster<Options>,
  panel: Panel,
  {
    options = {},
    seasons = [],
    levels = [0.1, 0.5, 0.9],
  }: { options?: unknown; seasons?: readonly number[]; levels?: readonly number[] } = {},
): Promise<{ fitted: FittedForecaster; forecast: Forecast }> {
  const context = fitContext(panel, seasons, levels);
  const fitted = await model.fit(panel, model.options.parse(options), context);
  return { fitted, forecast: await fitted.predict(panel, context) };
}
