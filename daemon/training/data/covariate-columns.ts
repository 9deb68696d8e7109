import { covariateAggregation } from "../../../protocol/aggregates.ts";
import type { Problem } from "../../../protocol/errors.ts";
import type { Covariate } from "../../forecasting/panel/panel.ts";
import { fillBlankFlag, hasOneValue } from "./blank-flags.ts";
import { fillBackward, fillGaps } from "./fill.ts";
import { RowProblem } from "./grid.ts";
import type { Context, Layout, RawColumn } from "./panel-layout.ts";
import type { DataRequest } from "./request.ts";
import { scatter } from "./scatter.ts";

/** Covariates are averaged over rows that share a step, texts take the last; nothing after the origin is kept. */
export function observedColumn(raw: RawColumn, context: Context): Covariate {
  const { layout, request } = context;
  const out = placedColumn(raw, context);
  const column = withBlankFlags(raw, out, [context.places], context);
  layout.history.forEach((length, series) => {
    const from = layout.offsets[series]!;
    fillGaps(out, from, from + length, covariateFill(column, request));
    out.fill(Number.NaN, from + length, layout.offsets[series + 1]!);
  });
  return finished(column, out);
}

function placedColumn(column: RawColumn, { layout, places, shared }: Context): Float64Array {
  const out = new Float64Array(layout.total).fill(Number.NaN);
  const combination = column.categories !== undefined || shared === undefined ? "last" : covariateAggregation(shared);
  scatter(column.values, places, out, combination, shared !== undefined);
  column.values = new Float64Array(0);
  return out;
}

/** Category codes have no values between them. */
function covariateFill(column: RawColumn, request: DataRequest): DataRequest["missing"]["covariates"] {
  const method = request.missing.covariates;
  return column.categories !== undefined && method !== "keep" ? "forward" : method;
}

function finished(column: RawColumn, values: Float64Array): Covariate {
  return column.categories === undefined
    ? { name: column.name, values }
    : { name: column.name, values, categories: column.categories };
}

/** Which places of the panel rows stand at. */
function coveredBy(places: readonly (Int32Array | undefined)[], total: number): Uint8Array {
  const covered = new Uint8Array(total);
  for (const list of places) for (const place of list ?? []) if (place >= 0) covered[place] = 1;
  return covered;
}

/** Fills the blanks of a flag that is written as one value or nothing, and says so. Rows lie at `places`. */
function withBlankFlags(
  column: RawColumn,
  values: Float64Array,
  places: readonly (Int32Array | undefined)[],
  { layout, request, warnings }: Context,
): RawColumn {
  if (request.missing.covariates !== "forward" || !hasOneValue(values)) return column;
  const flag = fillBlankFlag({ column, values, covered: coveredBy(places, layout.total) });
  if (flag === undefined) return column;
  const blank = column.categories === undefined ? "0" : "a level of its own";
  warnings.push({
    severity: "information",
    code: "blank-flag",
    message: `${column.name} has one single value or is blank (${flag.filled} rows): blank counts as ${blank}.`,
    fix: "Write the other value in place of the blanks if that is not meant.",
  });
  return flag.column;
}

/** Values of a known covariate, in the past and in the forecast window, where the last one known is carried on. */
export function knownColumn(
  raw: RawColumn,
  windowColumn: RawColumn | undefined,
  future: Int32Array | undefined,
  context: Context,
): Covariate {
  const { grid, layout, request, warnings } = context;
  const out = placedColumn(raw, context);
  if (windowColumn !== undefined && future !== undefined) {
    const combination = raw.categories === undefined && grid.bucketed ? "mean" : "last";
    scatter(windowColumn.values, future, out, combination, grid.bucketed);
  }
  const column = withBlankFlags(raw, out, [context.places, future], context);
  let lacking = 0;
  let series = 0;
  let available = request.futureSteps;
  layout.history.forEach((length, i) => {
    const [from, end] = [layout.offsets[i]!, layout.offsets[i + 1]!];
    let gaps = 0;
    for (let place = from + length; length > 0 && place < end; place++) {
      if (!Number.isNaN(out[place]!)) continue;
      gaps++;
      available = Math.min(available, place - from - length);
    }
    lacking += gaps;
    if (gaps > 0) series++;
    fillGaps(out, from, from + length, covariateFill(column, request));
    if (request.missing.covariates !== "keep") fillBackward(out, from, end);
    // A window is never left without values: the last one known is carried on, whatever fills the past.
    fillGaps(out, from + Math.max(0, length - 1), end, "forward");
  });
  if (lacking > 0) warnings.push(withoutFuture(column.name, lacking, series, available, request));
  return finished(column, out);
}

function withoutFuture(
  column: string,
  steps: number,
  series: number,
  available: number,
  request: DataRequest,
): Problem {
  return {
    severity: "warning",
    code: "known-without-future",
    message: `The known covariate ${column} lacks ${steps} values in the forecast window (${series} series, ${request.futureSteps} steps each); its last value was carried forward.`,
    fix: `Add rows with an empty ${request.target} after the last one, name a file in \`data.future\`, or move ${column} to \`observed\`.`,
    path: ["covariates", "known", request.known.indexOf(column)],
    counts: { available },
  };
}

/** The one value of each series. Throws a RowProblem if it changes within a series. */
export function staticColumn(column: RawColumn, ids: Int32Array, layout: Layout): Covariate {
  const out = new Float64Array(layout.order.length).fill(Number.NaN);
  const first = new Int32Array(out.length);
  for (let row = 0; row < ids.length; row++) {
    const series = layout.seriesOf[ids[row]!]!;
    const value = column.values[row]!;
    if (series < 0 || Number.isNaN(value)) continue;
    if (Number.isNaN(out[series]!)) {
      out[series] = value;
      first[series] = row;
    } else if (out[series] !== value) throw new RowProblem("static-varies", [first[series]!, row], column.name);
  }
  column.values = new Float64Array(0);
  return finished(column, out);
}
