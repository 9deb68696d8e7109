import type { Problem } from "../../../protocol/errors.ts";
import type { Experiment } from "../../../protocol/experiment/schema.ts";
import { withoutEvents } from "../../forecasting/models/events.ts";
import { slipsOf } from "../../forecasting/models/slips.ts";
import { type Panel, pastOf, seriesCount } from "../../forecasting/panel/panel.ts";
import { timeText } from "../data/time-text.ts";

/** What an analyst should know of the target's values before models are tried. */
export function targetProblems(panel: Panel, experiment: Experiment): Problem[] {
  const { target } = experiment.data;
  return [slipsProblem(panel, target), boundsProblem(panel, target, experiment.forecast)].filter(
    (problem) => problem !== undefined,
  );
}

/** Share of the past outside the bounds from which they look like a mistake. */
const muchOutside = 0.01;

/** Tells that a bound of the forecast cuts off where the target has been. */
function boundsProblem(
  panel: Panel,
  target: string,
  { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY }: Experiment["forecast"],
): Problem | undefined {
  let [below, above, count] = [0, 0, 0];
  for (let series = 0; series < seriesCount(panel); series++) {
    for (const value of pastOf(panel, panel.target, series)) {
      if (Number.isNaN(value)) continue;
      count++;
      if (value < minimum) below++;
      if (value > maximum) above++;
    }
  }
  if (Math.max(below, above) <= muchOutside * count) return undefined;
  const [share, where, key] = below > above ? [below, "below", "minimum"] : [above, "above", "maximum"];
  const percent = Math.max(1, Math.round((100 * share) / count));
  return {
    severity: "warning",
    code: "outside-bounds",
    message: `${percent} % of the values of ${target} lie ${where} forecast.${key}, where no forecast can go.`,
    fix: `Correct forecast.${key} or leave it out.`,
  };
}

/** Tells of target values that no model will see because they lie far beyond all others; undefined where there are none. */
function slipsProblem(panel: Panel, target: string): Problem | undefined {
  // Models forecast rare events by what they were, however far they lie.
  const rows = slipsOf(withoutEvents(panel));
  const row = rows[0];
  if (row === undefined) return undefined;
  const series = panel.offsets.findLastIndex((offset) => offset <= row);
  const key = panel.keys[series]!;
  const place = key.length === 0 ? "" : ` of ${key.join(" / ")}`;
  const count = rows.length === 1 ? `1 value of ${target} lies` : `${rows.length} values of ${target} lie`;
  return {
    severity: "warning",
    code: "slips",
    message: `${count} so far beyond all others of the series that models do not see them, such as ${panel.target[row]!} at ${timeText(panel.time[row]!, panel.frequency)}${place}.`,
    fix: "Correct the values, or leave them empty where they are unknown.",
  };
}
