import { z } from "zod";
import { type Panel, rowsOf, seriesCount } from "../panel/panel.ts";
import { withFactors } from "./added-factors.ts";
import { type Decorator, type Layer, viewing } from "./decorated.ts";
import { type Forecast, meanOf, pointOf, quantileOf } from "./forecast.ts";
import type { Attribution, AttributionRequest, SavedForecaster } from "./forecaster.ts";
import { findRestRules, type RestRule, restingRows, restRule } from "./rest-rules.ts";

const file = "rest.json";

/**
 * Lets a model know when the target rests. Where a value of a known covariate has always gone with a target of zero
 * (a shop is closed), the forecast is zero at the steps that have it, and the model learns from the others: their level, trend
 * and seasons are not those of a mixture with zeros.
 */
export const resting: Decorator = {
  fitted: (panel) => {
    const rules = findRestRules(panel);
    return { seen: awake(panel, rules), layer: layerOf(rules) };
  },
  loaded: (saved) => {
    const { [file]: stored, ...files } = saved.files;
    const text = stored === undefined ? "[]" : new TextDecoder().decode(stored);
    return { inner: { ...saved, files }, layer: layerOf(z.array(restRule).parse(JSON.parse(text))) };
  },
};

function layerOf(rules: readonly RestRule[]): Layer | undefined {
  if (rules.length === 0) return undefined;
  const seeing = viewing((panel) => awake(panel, rules));
  return {
    ...seeing,
    movedByKnown: true,
    predict: async (inner, panel, context) => {
      const forecast = await seeing.predict(inner, panel, context);
      silence(forecast, panel, rules);
      return forecast;
    },
    attribute: async (inner, panel, request) =>
      explainRest(await seeing.attribute(inner, panel, request), panel, rules, request),
    save: (saved) => withRules(saved, rules),
    notes: [`Zero wherever ${rules.map(({ column, value }) => `${column} is ${value}`).join(" or ")}.`],
  };
}

function withRules(saved: SavedForecaster, rules: readonly RestRule[]): SavedForecaster {
  return { ...saved, files: { ...saved.files, [file]: new TextEncoder().encode(JSON.stringify(rules)) } };
}

/** Share of a series' values that must be left without the resting steps; else the series stays as it is. */
const leastAwake = 0.25;

/** The panel without the target at resting steps. */
function awake(panel: Panel, rules: readonly RestRule[]): Panel {
  if (rules.length === 0) return panel;
  const rests = restingRows(panel, rules);
  const target = panel.target.slice();
  for (let series = 0; series < seriesCount(panel); series++) {
    const { start, pastEnd } = rowsOf(panel, series);
    let kept = 0;
    for (let row = start; row < pastEnd; row++) if (rests[row] === -1) kept++;
    if (kept < leastAwake * (pastEnd - start)) continue;
    for (let row = start; row < pastEnd; row++) if (rests[row] !== -1) target[row] = Number.NaN;
  }
  return { ...panel, target };
}

/** Index of the rule that holds at each forecast step of a series, −1 where none does. */
function restingSteps(panel: Panel, rests: Int32Array, series: number, horizon: number): Int32Array {
  const { end } = rowsOf(panel, series);
  return rests.subarray(end - horizon, end);
}

function silence(forecast: Forecast, panel: Panel, rules: readonly RestRule[]): void {
  const rests = restingRows(panel, rules);
  for (let series = 0; series < forecast.series; series++) {
    restingSteps(panel, rests, series, forecast.horizon).forEach((rule, step) => {
      if (rule === -1) return;
      meanOf(forecast, series)[step] = 0;
      pointOf(forecast, series)[step] = 0;
      for (let level = 0; level < forecast.levels.length; level++) quantileOf(forecast, series, level)[step] = 0;
    });
  }
}

/** What is missing to zero at resting steps is the doing of the covariate that says so. */
function explainRest(
  attribution: Attribution,
  panel: Panel,
  rules: readonly RestRule[],
  { series, horizon }: AttributionRequest,
): Attribution {
  const widened = withFactors(
    attribution,
    rules.map(({ column }) => column),
  );
  const { factors, contributions } = widened;
  const rests = restingRows(panel, rules);
  series.forEach((row, index) => {
    restingSteps(panel, rests, row, horizon).forEach((rule, step) => {
      if (rule === -1) return;
      const cell = index * horizon + step;
      const own = contributions.subarray(cell * factors.length, (cell + 1) * factors.length);
      const total = own.reduce((sum, value) => sum + value, attribution.baseline[cell]!);
      own[factors.indexOf(rules[rule]!.column)]! -= total;
    });
  });
  return widened;
}
