import type { Problem } from "../../../protocol/errors.ts";
import { frequencyName } from "../../forecasting/panel/frequency.ts";
import { closedParts, closedWords, cycleOf } from "./closed-steps.ts";
import { fillGaps } from "./fill.ts";
import { RowProblem } from "./grid.ts";
import type { Context, RawRows } from "./panel-layout.ts";
import type { DataRequest } from "./request.ts";
import { scatter } from "./scatter.ts";
import { commonDistance } from "./series-spans.ts";

/** The target of every row: several values of a step combined, gaps filled as asked, and what was filled said. */
export function targetColumn(rows: RawRows, context: Context): Float64Array {
  const { layout, request, warnings } = context;
  const out = new Float64Array(layout.total).fill(Number.NaN);
  scatter(rows.target, context.places, out, context.shared ?? "last", context.shared !== undefined);
  const method = request.missing.target;
  if (method === "interpolate" || method === "forward") {
    refuseUnlikeSteps(out, context);
    const closed = fillClosedSteps(out, context);
    if (closed !== undefined) warnings.push(closed);
  }
  let missing = 0;
  let steps = 0;
  let affected = 0;
  layout.history.forEach((length, series) => {
    const from = layout.offsets[series]!;
    let gaps = 0;
    for (let i = from; i < from + length; i++) if (Number.isNaN(out[i]!)) gaps++;
    missing += gaps;
    steps += length;
    if (gaps > 0) affected++;
    if (gaps > 0) fillGaps(out, from, from + length, method);
  });
  if (missing > 0) warnings.push(gapWarning(request, missing, steps, affected));
  return out;
}

/** Share of the steps of a series that must have values for its step to be the panel's own. */
const denseShare = 0.75;

/**
 * Throws a RowProblem that names the first series whose values are all the same number of steps apart, such as a weekly one,
 * while most others have a value at nearly every step.
 */
function refuseUnlikeSteps(target: Float64Array, { grid, layout, nameOf }: Context): void {
  const unlike: { readonly series: number; readonly distance: number }[] = [];
  let dense = 0;
  layout.history.forEach((length, series) => {
    const values = target.subarray(layout.offsets[series]!, layout.offsets[series]! + length);
    const distance = commonDistance(values) ?? 1;
    if (distance > 1) unlike.push({ series, distance });
    else if (length > 0 && shareOfValues(values) >= denseShare) dense++;
  });
  const [first] = unlike;
  if (first === undefined || dense <= (layout.order.length - unlike.length) / 2) return;
  const { series, distance } = first;
  const more = unlike.length === 1 ? "" : ` (and so have ${unlike.length - 1} more)`;
  throw new RowProblem(
    "unlike-steps",
    [],
    `the series ${nameOf(series)} has a value at one step in ${distance}${more}, while others have one at each (step: ${frequencyName(grid.frequency)}). Filled in, each of its values would count ${distance} times.`,
  );
}

function shareOfValues(values: Float64Array): number {
  return values.reduce((count, value) => (Number.isNaN(value) ? count : count + 1), 0) / values.length;
}

/** Sets closed steps to zero, such as the Sundays of a shop that other shops of the panel sell on, and says so. */
function fillClosedSteps(target: Float64Array, { grid, layout, time, nameOf }: Context): Problem | undefined {
  const cycle = cycleOf(grid.frequency);
  if (cycle === undefined) return undefined;
  const found: { readonly series: number; readonly parts: readonly number[] }[] = [];
  let steps = 0;
  layout.history.forEach((length, series) => {
    const from = layout.offsets[series]!;
    const [times, values] = [time.subarray(from, from + length), target.subarray(from, from + length)];
    const parts = closedParts(times, values, cycle);
    if (parts.length === 0) return;
    found.push({ series, parts });
    times.forEach((moment, step) => {
      if (!parts.includes(cycle.partOf(moment))) return;
      values[step] = 0;
      steps++;
    });
  });
  const [first] = found;
  if (first === undefined) return undefined;
  const example = `${nameOf(first.series)} ${closedWords(first.parts, grid.frequency)}`.trim();
  return {
    severity: "warning",
    code: "closed-steps",
    message: `${found.length} of ${layout.order.length} series never have a value at certain steps (${example}): these ${steps} steps count as closed and are set to zero.`,
    fix: "Write rows with the values of these steps if they are not zero, or set `missing: {target: keep}`.",
  };
}

/** Share of filled values from which the fills themselves are worth a warning. */
const notableShare = 0.05;

function gapWarning(request: DataRequest, missing: number, steps: number, series: number): Problem {
  const how = { interpolate: "interpolated", zero: "set to zero", forward: "carried forward", keep: "left missing" };
  const many = missing > steps / 2;
  const percent = `${((100 * missing) / steps).toPrecision(2)} %`;
  const share = `${missing} of ${steps} steps (${percent}) of ${request.target}`;
  return {
    severity: missing > notableShare * steps ? "warning" : "information",
    code: many ? "mostly-missing" : "gaps-filled",
    message: `${share} are missing (${series} series); they were ${how[request.missing.target]}.`,
    fix: many
      ? "Check `frequency:`; it may be finer than the data."
      : "Choose another way with `missing: {target: …}`.",
  };
}
