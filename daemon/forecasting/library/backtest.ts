import type { MetricName } from "../../../protocol/experiment/schema.ts";
import { type FoldForecast, scoreBacktest } from "../evaluation/backtest.ts";
import { chooseWindows, foldAt } from "../evaluation/fold.ts";
import { applyBounds } from "../models/bounds.ts";
import { forecasterNamed } from "../models/registry.ts";
import { scalingSeason } from "../panel/frequency.ts";
import type { Panel } from "../panel/panel.ts";
import { fitContext } from "./settings.ts";
import { type ModelSettings, type SeriesForecast, seriesForecast } from "./trained-model.ts";

/** How good a model was at several moments of the past, with what it said then. */
export interface BacktestResult {
  /** Every metric over all series, steps and origins; NaN where it is not defined. */
  readonly metrics: Readonly<Record<MetricName, number>>;
  /** One a rolling origin, the latest first. Series that are too short for an origin are left out. */
  readonly origins: readonly {
    readonly forecasts: readonly SeriesForecast[];
    /** What came, a series each, in the order of `forecasts`; null where nothing was measured. */
    readonly actual: readonly (readonly (number | null)[])[];
  }[];
}

/**
 * Fits a model at several moments of the past and compares its forecasts with what came. The panel is cut at each origin:
 * the model sees nothing that came later.
 *
 * @param settings `windows`: number of origins, 3 if left out; `step`: steps between two origins, the horizon if left out.
 * @throws RangeError if no series is long enough for an origin.
 */
export async function backtest(
  panel: Panel,
  { windows = 3, step = panel.futureSteps, ...settings }: ModelSettings & { windows?: number; step?: number },
): Promise<BacktestResult> {
  const forecaster = forecasterNamed(settings.model);
  const context = fitContext(panel, settings);
  const plan = { horizon: panel.futureSteps, gap: 0, step, season: scalingSeason(panel.frequency) };
  const reached = chooseWindows(panel, plan, windows).windows;
  if (reached === 0) throw new RangeError(`No series has the ${plan.horizon + 3} values that one origin needs.`);
  const parts: FoldForecast[] = [];
  const origins = [];
  for (let index = 0; index < reached; index++) {
    const fold = foldAt(panel, plan, index);
    const fitted = await forecaster.fit(fold.panel, forecaster.options.parse(settings.options ?? {}), context);
    const forecast = applyBounds(await fitted.predict(fold.panel, context), context.bounds);
    parts.push({ fold, forecast });
    origins.push({
      forecasts: fold.panel.keys.map((_, row) => seriesForecast(fold.panel, forecast, row)),
      actual: fold.panel.keys.map((_, row) => {
        const values = fold.actual.subarray(row * plan.horizon, (row + 1) * plan.horizon);
        return Array.from(values, (value) => (Number.isNaN(value) ? null : value));
      }),
    });
  }
  return { metrics: scoreBacktest(parts, context.levels).metrics, origins };
}
