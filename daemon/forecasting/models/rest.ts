import { type Panel, rowsOf, seriesCount } from "../panel/panel.ts";
import type { Decorator } from "./decorated.ts";
import { type Forecast, meanOf, pointOf, quantileOf } from "./forecast.ts";
import { findRestRules, type RestRule, restRule } from "./rest-rules.ts";
import { ruleDecorator, ruleRows } from "./rule-decorator.ts";

/**
 * Lets a model know when the target rests. Where a value of a known covariate has always gone with a target of zero
 * (a shop is closed), the forecast is zero at the steps that have it, and the model learns from the others: their level, trend
 * and seasons are not those of a mixture with zeros.
 */
export const resting: Decorator = ruleDecorator<RestRule>({
  file: "rest.json",
  schema: restRule,
  find: findRestRules,
  view: awake,
  apply: silence,
  explained: () => 0,
  notes: (rules) => [`Zero wherever ${rules.map(({ column, value }) => `${column} is ${value}`).join(" or ")}.`],
});

/** Share of a series' values that must be left without the resting steps; else the series stays as it is. */
const leastAwake = 0.25;

/** The panel without the target at resting steps. */
function awake(panel: Panel, rules: readonly RestRule[]): Panel {
  const rests = ruleRows(panel, rules);
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

function silence(forecast: Forecast, { series, step }: { readonly series: number; readonly step: number }): void {
  meanOf(forecast, series)[step] = 0;
  pointOf(forecast, series)[step] = 0;
  for (let level = 0; level < forecast.levels.length; level++) quantileOf(forecast, series, level)[step] = 0;
}
