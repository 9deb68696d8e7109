import type { Aggregation } from "../../../protocol/aggregates.ts";
import type { Problem } from "../../../protocol/errors.ts";
import { frequencyName } from "../../forecasting/panel/frequency.ts";
import type { Panel } from "../../forecasting/panel/panel.ts";
import { knownColumn, observedColumn, staticColumn } from "./covariate-columns.ts";
import { refuseFarTimes } from "./far-times.ts";
import { type Grid, layGrid, RowProblem, timeAxis } from "./grid.ts";
import { floorToStep, stepCounter } from "./infer-frequency.ts";
import { type Context, type Layout, layoutOf, type RawRows } from "./panel-layout.ts";
import type { DataRequest } from "./request.ts";
import { indexSeries, lookUpSeries } from "./series-index.ts";
import { withoutEnded } from "./series-spans.ts";
import { targetColumn } from "./target-column.ts";

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
  const time = timeAxis(
    layout.order.map((id) => grid.starts[id]!),
    layout.offsets,
    grid.frequency,
  );
  const nameOf = (series: number) => keyOf(layout.order[series]!).join(" / ");
  const context: Context = { grid, layout, time, nameOf, request, places: placed.places, shared, warnings };
  const target = targetColumn(rows, context);
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
    time,
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
