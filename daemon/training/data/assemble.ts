import { type Aggregation, covariateAggregation } from "../../../protocol/aggregates.ts";
import type { Problem } from "../../../protocol/errors.ts";
import { frequencyName } from "../../forecasting/panel/frequency.ts";
import type { Covariate, Panel } from "../../forecasting/panel/panel.ts";
import { fillBlankFlag } from "./blank-flags.ts";
import { closedSteps, closedWords } from "./closed-steps.ts";
import { refuseFarTimes } from "./far-times.ts";
import { fillBackward, fillGaps } from "./fill.ts";
import { type Grid, layGrid, maximumRows, RowProblem, timeAxis } from "./grid.ts";
import { floorToStep, stepCounter } from "./infer-frequency.ts";
import type { DataRequest } from "./request.ts";
import { scatter } from "./scatter.ts";
import { indexSeries, lookUpSeries } from "./series-index.ts";
import { commonDistance, withoutEnded } from "./series-spans.ts";

/** One column as read: numbers or category codes, a value a source row. */
export interface RawColumn {
  readonly name: string;
  values: Float64Array;
  readonly categories?: readonly string[];
}

/** All columns of a source in row order. The arrays are given up to the panel one by one to save memory. */
export interface RawRows {
  /** Times have an offset, so they say nothing of local days. */
  readonly instants?: boolean;
  readonly time: Float64Array;
  readonly target: Float64Array;
  readonly keys: readonly RawColumn[];
  readonly known: readonly RawColumn[];
  readonly observed: readonly RawColumn[];
  readonly static: readonly RawColumn[];
}

export interface Assembled {
  readonly panel: Panel;
  readonly warnings: Problem[];
}

/**
 * Makes a regular panel of rows in any order. `window` holds further rows with the known covariates of the forecast
 * window. Throws RowProblem where rows do not fit the grid, share a step, or disagree on a static covariate.
 */
export function assemble(rows: RawRows, window: RawRows | undefined, request: DataRequest): Assembled {
  const sizes = rows.keys.map((key) => key.categories!.length);
  const index = indexSeries(
    rows.keys.map((key) => key.values),
    sizes,
    rows.time.length,
  );
  refuseFarTimes(rows.time, rows.target);
  const grid = layGrid(rows.time, rows.target, index.ids, index.codes.length, {
    frequency: request.frequency,
    aggregates: request.aggregate !== "error",
    keepLeading: request.missing.target === "zero",
    fiscalStart: request.fiscalStart,
  });
  const layout = layoutOf(grid, request.futureSteps);
  const warnings: Problem[] = [];
  const keyOf = (id: number) => index.codes[id]!.map((code, column) => rows.keys[column]!.categories![code]!);
  warnAboutSeries(layout, keyOf, warnings);
  if (grid.moved) warnings.push(movedTimes(grid, request));
  if (grid.endsEarly) warnings.push(partialStep(grid, request));
  if (grid.startsLate) warnings.push(firstStepLeftOut(grid, request));

  const placed = placeRows(rows.time, index.ids, grid, layout, request.futureSteps);
  const shared = checkDuplicates(placed.places, layout.total, request, grid, rows.time, warnings);
  const context: Context = { grid, layout, request, places: placed.places, shared, warnings };
  const target = targetColumn(rows, context, keyOf);
  const observed = rows.observed.map((column) => observedColumn(column, context));
  const future = windowPlaces(window, sizes, index, context);
  const known = rows.known.map((column, i) => knownColumn(column, window?.known[i], future, context));
  const statics = rows.static.map((column) => staticColumn(column, index.ids, layout));
  const panel: Panel = {
    frequency: grid.frequency,
    keyColumns: request.series,
    keys: layout.order.map(keyOf),
    offsets: layout.offsets,
    history: layout.history,
    futureSteps: request.futureSteps,
    time: timeAxis(
      layout.order.map((id) => grid.starts[id]!),
      layout.offsets,
      grid.frequency,
    ),
    target,
    known,
    observed,
    static: statics,
    ...(request.calendar === undefined ? {} : { calendar: calendarOf(request.calendar) }),
  };
  return { panel: withoutEnded(panel, request, warnings), warnings };
}

function calendarOf(calendar: NonNullable<DataRequest["calendar"]>): NonNullable<Panel["calendar"]> {
  return calendar.region === undefined ? { country: calendar.country } : { ...calendar, region: calendar.region };
}

interface Layout {
  /** Series that have a target, in panel order, as numbers of the index. */
  readonly order: readonly number[];
  /** Panel series of each index number, -1 where dropped. */
  readonly seriesOf: Int32Array;
  readonly offsets: Int32Array;
  readonly history: Int32Array;
  readonly total: number;
}

interface Context {
  readonly grid: Grid;
  readonly layout: Layout;
  readonly request: DataRequest;
  readonly places: Int32Array;
  /** Whether several rows share a step. */
  readonly shared: Aggregation | undefined;
  readonly warnings: Problem[];
}

function layoutOf(grid: Grid, futureSteps: number): Layout {
  const order: number[] = [];
  const seriesOf = new Int32Array(grid.starts.length).fill(-1);
  let total = 0;
  for (let id = 0; id < grid.starts.length; id++) {
    if (Number.isNaN(grid.starts[id]!)) continue;
    seriesOf[id] = order.length;
    order.push(id);
    total += grid.history[id]! + futureSteps;
  }
  if (total > maximumRows) throw new RowProblem("too-many-steps", [], String(total), grid.frequency);
  const offsets = new Int32Array(order.length + 1);
  const history = Int32Array.from(order, (id) => grid.history[id]!);
  history.forEach((length, series) => {
    offsets[series + 1] = offsets[series]! + length + futureSteps;
  });
  return { order, seriesOf, offsets, history, total };
}

function warnAboutSeries(layout: Layout, keyOf: (id: number) => readonly string[], warnings: Problem[]): void {
  const empty = layout.order.filter((_, series) => layout.history[series] === 0);
  if (empty.length > 0) {
    warnings.push({
      severity: "warning",
      code: "series-without-target",
      message: `${empty.length} of ${layout.order.length} series (such as ${keyOf(empty[0]!).join(" / ")}) have no target value; they get the typical forecast of the others, of those with the same static values first.`,
      fix: "Check the key columns, or remove those rows where they should not be forecast.",
    });
  }
}

function movedTimes({ frequency }: Grid, request: DataRequest): Problem {
  const unit = frequencyName(frequency);
  return {
    severity: "warning",
    code: "times-moved",
    message: `The times in ${request.time} follow no calendar that is known, but there is one in each ${unit}: they were moved to the beginning of their ${unit}, so the forecast's times are not the source's.`,
    fix: `Set \`frequency: ${unit}\` and \`aggregate: last\` if that is meant.`,
  };
}

function partialStep(grid: Grid, request: DataRequest): Problem {
  return {
    severity: "warning",
    code: "partial-step",
    message: `The last ${frequencyName(grid.frequency)} is not complete: the data end in the middle of it, so its ${request.aggregate} of ${request.target} is not like the others.`,
    fix: "Leave its rows out, such as with `query: SELECT * FROM source WHERE …`.",
  };
}

function firstStepLeftOut(grid: Grid, request: DataRequest): Problem {
  return {
    severity: "warning",
    code: "partial-step",
    message: `The first ${frequencyName(grid.frequency)} is not complete: the data begin in the middle of it. It was left out, since its ${request.aggregate} of ${request.target} is not like the others.`,
    fix: "Add the rows before, to keep it.",
  };
}

/**
 * Place of each row in the panel; -1 before the first target value, beyond the window or without a series. A series without a past
 * may lie off the steps of the others.
 */
function placeRows(
  time: Float64Array,
  ids: Int32Array,
  grid: Grid,
  layout: Layout,
  futureSteps: number,
): { places: Int32Array } {
  const places = new Int32Array(time.length).fill(-1);
  const off: number[] = [];
  const stepsTo = stepCounter(grid.frequency);
  for (let row = 0; row < time.length; row++) {
    const id = ids[row]!;
    const series = id < 0 ? -1 : layout.seriesOf[id]!;
    if (series < 0) continue;
    const step = stepsTo(grid.starts[id]!, time[row]!);
    if (step === undefined) {
      if (layout.history[series] === 0) continue;
      if (off.push(row) === 3) break;
    } else if (step >= 0 && step < layout.history[series]! + futureSteps) places[row] = layout.offsets[series]! + step;
  }
  if (off.length > 0) throw new RowProblem("off-grid", off, "", grid.frequency);
  return { places };
}

/** How rows that share a step combine; undefined where none do. Throws `duplicate` where they must not. */
function checkDuplicates(
  places: Int32Array,
  total: number,
  request: DataRequest,
  grid: Grid,
  time: Float64Array,
  warnings: Problem[],
): Aggregation | undefined {
  const first = new Int32Array(total).fill(-1);
  const pairs: [number, number][] = [];
  let repeats = 0;
  let clockChange = true;
  for (let row = 0; row < places.length; row++) {
    const place = places[row]!;
    if (place < 0) continue;
    if (first[place]! < 0) first[place] = row;
    else {
      repeats++;
      if (pairs.length < 3) pairs.push([first[place]!, row]);
      clockChange &&= repeatedByClock(time[row]!, grid);
    }
  }
  if (repeats === 0) return undefined;
  if (request.aggregate !== "error") return request.aggregate;
  if (!clockChange) throw new RowProblem("duplicate", pairs.flat(), String(repeats));
  warnings.push({
    severity: "warning",
    code: "daylight-saving",
    message: `${repeats} steps stand twice where clocks went back from summer time; their values were averaged.`,
    fix: "Write timestamps with their offset (2024-10-27 02:00+01:00) or in UTC.",
  });
  return "mean";
}

const dayMs = 86_400_000;

/** Whether a repeated step lies where local clocks repeat an hour: a Sunday night of spring or autumn, finer than a day. */
function repeatedByClock(time: number, grid: Grid): boolean {
  const date = new Date(time);
  const month = date.getUTCMonth() + 1;
  const subDaily = ["second", "minute", "hour"].includes(grid.frequency.unit) && !grid.bucketed;
  return subDaily && date.getUTCDay() === 0 && time % dayMs < dayMs / 6 && [3, 4, 10, 11].includes(month);
}

function targetColumn(rows: RawRows, context: Context, keyOf: (id: number) => readonly string[]): Float64Array {
  const { layout, request, warnings } = context;
  const out = new Float64Array(layout.total).fill(Number.NaN);
  scatter(rows.target, context.places, out, context.shared ?? "last", context.shared !== undefined);
  const method = request.missing.target;
  const nameOf = (series: number) => keyOf(layout.order[series]!).join(" / ");
  if (method === "interpolate" || method === "forward") {
    refuseUnlikeSteps(out, context, nameOf);
    const closed = fillClosedSteps(out, context, nameOf);
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

/** Throws a RowProblem that names the first series whose step is a multiple of the others', such as weeks among days. */
function refuseUnlikeSteps(target: Float64Array, { grid, layout }: Context, nameOf: (series: number) => string): void {
  const distances = Array.from(layout.history, (length, series) =>
    commonDistance(target.subarray(layout.offsets[series]!, layout.offsets[series]! + length)),
  );
  const unlike = [...distances.keys()].filter((series) => distances[series]! > 1);
  const [first] = unlike;
  if (first === undefined || unlike.length === distances.length) return;
  const more = unlike.length === 1 ? "" : `, and so do ${unlike.length - 1} more`;
  const unit = frequencyName(grid.frequency);
  throw new RowProblem(
    "unlike-steps",
    [],
    `the series ${nameOf(first)} has one value in ${distances[first]} ${unit}s${more}, while others have one each ${unit}. Filled in, each value would count ${distances[first]} times.`,
  );
}

/** Sets closed steps to zero, such as the Sundays of a shop that other shops of the panel sell on, and says so. */
function fillClosedSteps(
  target: Float64Array,
  { grid, layout }: Context,
  nameOf: (series: number) => string,
): Problem | undefined {
  const time = timeAxis(
    layout.order.map((id) => grid.starts[id]!),
    layout.offsets,
    grid.frequency,
  );
  let [series, steps] = [0, 0];
  let example = "";
  layout.history.forEach((length, index) => {
    const from = layout.offsets[index]!;
    const [times, values] = [time.subarray(from, from + length), target.subarray(from, from + length)];
    const closed = closedSteps(times, values, grid.frequency);
    if (closed === undefined) return;
    series++;
    if (example === "")
      example = `${nameOf(index) === "" ? "" : `${nameOf(index)} `}${closedWords(closed.parts, grid.frequency)}`;
    times.forEach((moment, step) => {
      if (!closed.parts.includes(closed.partOf(moment))) return;
      values[step] = 0;
      steps++;
    });
  });
  if (series === 0) return undefined;
  return {
    severity: "warning",
    code: "closed-steps",
    message: `${series} of ${layout.order.length} series never have a value at certain steps (${example}): these ${steps} steps count as closed and are set to zero.`,
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

/** Covariates are averaged over rows that share a step, texts take the last; nothing after the origin is kept. */
function observedColumn(raw: RawColumn, context: Context): Covariate {
  const { layout, request } = context;
  const out = placedColumn(raw, context);
  const column = withBlankFlags(raw, out, coveredBy([context.places], layout.total), context);
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

function windowPlaces(
  window: RawRows | undefined,
  sizes: readonly number[],
  index: ReturnType<typeof indexSeries>,
  context: Context,
): Int32Array | undefined {
  if (window === undefined) return undefined;
  const keys = window.keys.map((key) => key.values);
  const ids = lookUpSeries(keys, sizes, window.time.length, index);
  const { grid, layout, request } = context;
  if (grid.bucketed)
    window.time.forEach((time, row) => {
      window.time[row] = floorToStep(time, grid.frequency);
    });
  const { places } = placeRows(window.time, ids, grid, layout, request.futureSteps);
  // The file of the window has no say about the past.
  places.forEach((place, row) => {
    if (
      place >= 0 &&
      place < layout.offsets[layout.seriesOf[ids[row]!]!]! + layout.history[layout.seriesOf[ids[row]!]!]!
    ) {
      places[row] = -1;
    }
  });
  return places;
}

/** Which places of the panel rows stand at. */
function coveredBy(places: readonly (Int32Array | undefined)[], total: number): Uint8Array {
  const covered = new Uint8Array(total);
  for (const list of places) for (const place of list ?? []) if (place >= 0) covered[place] = 1;
  return covered;
}

/** Fills the blanks of a flag that is written as one value or nothing, and says so. */
function withBlankFlags(column: RawColumn, values: Float64Array, covered: Uint8Array, context: Context): RawColumn {
  const { request, warnings } = context;
  if (request.missing.covariates !== "forward") return column;
  const flag = fillBlankFlag({ column, values, covered });
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

function knownColumn(
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
  const column = withBlankFlags(raw, out, coveredBy([context.places, future], layout.total), context);
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

function staticColumn(column: RawColumn, ids: Int32Array, layout: Layout): Covariate {
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
