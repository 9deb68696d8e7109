import { DataError, type Problem } from "../../../protocol/errors.ts";
import type { Panel } from "../../forecasting/panel/panel.ts";
import { selectSeries } from "../../forecasting/panel/panel-at.ts";
import type { DataRequest } from "./request.ts";
import { timeText } from "./time-text.ts";

/** Values that a series must have for its own step to be told. */
const fewestValues = 5;

/** Steps between the values of one series, if it is the same between all of them; undefined otherwise. */
export function commonDistance(values: Float64Array): number | undefined {
  let [count, last, distance] = [0, -1, 0];
  for (let step = 0; step < values.length; step++) {
    if (Number.isNaN(values[step]!)) continue;
    if (count === 1) distance = step - last;
    else if (count > 1 && step - last !== distance) return undefined;
    last = step;
    count++;
  }
  return count >= fewestValues ? distance : undefined;
}

/**
 * Deals with series that ended long before the others, so that their whole forecast window lies in the others' past: says
 * so, leaves them out, or throws a DataError, as `data.ended` asks.
 */
export function withoutEnded(panel: Panel, request: DataRequest, warnings: Problem[]): Panel {
  const lastOf = (series: number) => panel.time[panel.offsets[series]! + panel.history[series]! - 1]!;
  const all = [...panel.keys.keys()].filter((series) => panel.history[series]! > 0);
  const latest = all.reduce((most, series) => Math.max(most, lastOf(series)), Number.NEGATIVE_INFINITY);
  const ended = all.filter((series) => panel.time[panel.offsets[series + 1]! - 1]! < latest);
  const [first] = ended;
  if (first === undefined) return panel;
  const text = (time: number) => timeText(time, panel.frequency, panel.zone);
  const names = ended.slice(0, 3).map((series) => `${panel.keys[series]!.join(" / ")} (${text(lastOf(series))})`);
  const more = ended.length > names.length ? ` and ${ended.length - names.length} more` : "";
  const what = `${ended.length} of ${panel.keys.length} series end long before the others, which reach ${text(latest)}: ${names.join(", ")}${more}.`;
  if (request.ended === "error") {
    throw new DataError(what, {
      code: "series-ended",
      file: request.sources[0],
      column: request.series[0],
      fix: "Add their newest rows, leave them out with `data.ended: skip`, or let no row mean zero with `missing: {target: zero}`.",
    });
  }
  const skipped = request.ended === "skip";
  warnings.push({
    severity: skipped ? "information" : "warning",
    code: "series-ended",
    message: `${what} ${skipped ? "They are left out." : "Each is forecast from its own end on, so forecasts are of different times."}`,
    fix: skipped
      ? "Set `data.ended: forecast` to forecast them from their own end on."
      : "Leave them out with `data.ended: skip`, or let no row mean zero with `missing: {target: zero}`.",
  });
  const gone = new Set(ended);
  return skipped
    ? selectSeries(panel, Int32Array.from([...panel.keys.keys()].filter((series) => !gone.has(series))))
    : panel;
}
