import { addSteps, type Frequency, fixedUnitMs } from "../../forecasting/panel/frequency.ts";
import { floorToStep, inferFrequency, stepCounter, stepsBetween } from "./infer-frequency.ts";

/** A problem with rows of the source, found where only numbers are at hand; the caller words it. */
export class RowProblem extends Error {
  readonly kind:
    | "off-grid"
    | "duplicate"
    | "static-varies"
    | "irregular"
    | "one-row"
    | "too-many-steps"
    | "sub-second"
    | "far-time"
    | "unlike-steps";
  /** Rows of the source concerned, 0-based. */
  readonly rows: readonly number[];
  readonly detail: string;
  readonly frequency: Frequency | undefined;

  constructor(kind: RowProblem["kind"], rows: readonly number[], detail = "", frequency?: Frequency) {
    super(kind);
    this.kind = kind;
    this.rows = rows;
    this.detail = detail;
    this.frequency = frequency;
  }
}

/** Most rows a panel may have: beyond, a wrong date or frequency is far likelier than data of that size. */
export const maximumRows = 400_000_000;

/** Regular time axes of all series. */
export interface Grid {
  readonly frequency: Frequency;
  /**
   * First step of each series. One without any target value begins after the latest value of all others: it has a forecast
   * window alone. NaN where no series has a value.
   */
  readonly starts: Float64Array;
  /** Steps from the start to the last target value, both included; 0 for a series without any. */
  readonly history: Int32Array;
  /** Times were moved to the beginning of their step. */
  readonly bucketed: boolean;
  /** Nobody asked for that: no `frequency` and `aggregate` are declared. */
  readonly moved: boolean;
  /** The data end before their last step does, such as in the middle of a month. */
  readonly endsEarly: boolean;
  /** The data begin after their first step does: it is left out. */
  readonly startsLate: boolean;
}

export interface GridRequest {
  readonly frequency: Frequency | undefined;
  /** Rows may share a step, so their times may lie anywhere within it. */
  readonly aggregates: boolean;
  /** No row means zero: rows before the first target value count, and all series end with the last of them. */
  readonly keepLeading: boolean;
  /** First month of fiscal years and quarters, 0 to 11. */
  readonly fiscalStart: number | undefined;
}

/**
 * Lays the grid of every series through its rows. Changes `time` in place where times are moved to the beginning of
 * their step. Throws RowProblem.
 */
export function layGrid(
  time: Float64Array,
  target: Float64Array,
  ids: Int32Array,
  series: number,
  request: GridRequest,
): Grid {
  const extent = extentOf(time, target, ids, series, request.keepLeading);
  const { frequency: plainly, within } =
    request.frequency === undefined
      ? inferred(time, ids, extent)
      : {
          frequency: anchored(request.frequency, timesOfSome(time, ids, extent.starts)),
          within: request.aggregates,
        };
  const frequency = fiscal(plainly, request.fiscalStart);
  if (within && !allOnGrid(time, ids, extent.starts, frequency)) {
    const { endOfMonth: _, ...plain } = frequency;
    const declared = request.frequency !== undefined;
    const some = declared ? timesOfSome(time, ids, extent.starts) : [];
    const endsEarly = declared && lastStepIsPartial(some, extent.ends, plain);
    const startsLate = declared && firstStepIsPartial(some, extent.starts, plain);
    for (let row = 0; row < time.length; row++) time[row] = floorToStep(time[row]!, plain);
    const moved = extentOf(time, target, ids, series, request.keepLeading);
    if (startsLate) dropFirstStep(moved, plain);
    return { ...gridOf(moved, plain), bucketed: true, moved: !declared, endsEarly, startsLate };
  }
  return { ...gridOf(extent, frequency), bucketed: false, moved: false, endsEarly: false, startsLate: false };
}

interface Extent {
  readonly starts: Float64Array;
  readonly ends: Float64Array;
  /** Row that holds the end, for messages. */
  readonly endRows: Int32Array;
}

function extentOf(
  time: Float64Array,
  target: Float64Array,
  ids: Int32Array,
  series: number,
  keepLeading: boolean,
): Extent {
  const starts = new Float64Array(series).fill(Number.NaN);
  const ends = new Float64Array(series).fill(Number.NaN);
  const endRows = new Int32Array(series);
  for (let row = 0; row < time.length; row++) {
    const id = ids[row]!;
    const moment = time[row]!;
    const present = !Number.isNaN(target[row]!);
    if ((present || keepLeading) && !(starts[id]! <= moment)) starts[id] = moment;
    if (present && !(ends[id]! >= moment)) {
      ends[id] = moment;
      endRows[id] = row;
    }
  }
  for (let id = 0; id < series; id++) if (Number.isNaN(ends[id]!)) starts[id] = Number.NaN;
  if (keepLeading) endTogether(ends, endRows);
  return { starts, ends, endRows };
}

/** Leaves the first step of all out of the series that begin with it. */
function dropFirstStep({ starts, ends }: Extent, frequency: Frequency): void {
  const first = starts.reduce((least, start) => (start < least ? start : least), Number.POSITIVE_INFINITY);
  starts.forEach((start, id) => {
    if (start === first && ends[id]! > first) starts[id] = addSteps(first, frequency, 1);
  });
}

/** Where no row means zero, every series has values up to the latest one of all. */
function endTogether(ends: Float64Array, endRows: Int32Array): void {
  let latest = -1;
  ends.forEach((end, id) => {
    if (end > (ends[latest] ?? Number.NEGATIVE_INFINITY)) latest = id;
  });
  ends.forEach((end, id) => {
    if (latest < 0 || Number.isNaN(end)) return;
    ends[id] = ends[latest]!;
    endRows[id] = endRows[latest]!;
  });
}

function gridOf(
  { starts, ends, endRows }: Extent,
  frequency: Frequency,
): Omit<Grid, "bucketed" | "moved" | "endsEarly" | "startsLate"> {
  const history = new Int32Array(starts.length);
  const latest = ends.reduce((most, end) => (end > most ? end : most), Number.NEGATIVE_INFINITY);
  for (let id = 0; id < starts.length; id++) {
    if (Number.isNaN(starts[id]!)) {
      if (latest > Number.NEGATIVE_INFINITY) starts[id] = addSteps(latest, frequency, 1);
      continue;
    }
    const steps = stepsBetween(starts[id]!, ends[id]!, frequency);
    if (steps === undefined) throw new RowProblem("off-grid", [endRows[id]!], "", frequency);
    if (steps >= maximumRows) throw new RowProblem("too-many-steps", [], String(steps + 1), frequency);
    history[id] = steps + 1;
  }
  return { frequency, starts, history };
}

/** Quarters and years that begin with a fiscal year's month. */
function fiscal(frequency: Frequency, start: number | undefined): Frequency {
  if (start === undefined || frequency.rule !== undefined) return frequency;
  const counts = frequency.unit === "quarter" || frequency.unit === "year";
  return counts ? { ...frequency, rule: { kind: "fiscal", start } } : frequency;
}

/** Whether a row was still to come within the step of the latest value, going by the step of the rows themselves. */
function lastStepIsPartial(series: readonly Float64Array[], ends: Float64Array, frequency: Frequency): boolean {
  const own = inferFrequency(series);
  const last = ends.filter((end) => !Number.isNaN(end)).reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  if (!("frequency" in own)) return false;
  return addSteps(last, own.frequency, 1) < addSteps(floorToStep(last, frequency), frequency, 1);
}

/** Whether a row was missing within the step of the earliest value, before it. */
function firstStepIsPartial(series: readonly Float64Array[], starts: Float64Array, frequency: Frequency): boolean {
  const own = inferFrequency(series);
  const first = starts.reduce((least, start) => (start < least ? start : least), Number.POSITIVE_INFINITY);
  if (!("frequency" in own) || first === Number.POSITIVE_INFINITY) return false;
  return addSteps(first, own.frequency, -1) >= floorToStep(first, frequency);
}

const looked = { series: 64, times: 200_000 };

/** Sorted distinct times of some series, evenly chosen. */
function timesOfSome(time: Float64Array, ids: Int32Array, starts: Float64Array): Float64Array[] {
  const stride = Math.max(1, Math.floor(starts.length / looked.series));
  const lists = new Map<number, number[]>();
  for (let row = 0; row < time.length; row++) {
    const id = ids[row]!;
    if (id % stride !== 0 || Number.isNaN(starts[id]!)) continue;
    let list = lists.get(id);
    if (list === undefined) {
      list = [];
      lists.set(id, list);
    }
    if (list.length < looked.times) list.push(time[row]!);
  }
  return [...lists.values()].map((list) => new Float64Array(new Set(list)).sort());
}

function inferred(time: Float64Array, ids: Int32Array, extent: Extent): { frequency: Frequency; within: boolean } {
  const found = inferFrequency(timesOfSome(time, ids, extent.starts));
  if ("frequency" in found) return { frequency: found.frequency, within: found.within === true };
  if (found.failure === "sub-second") throw new RowProblem("sub-second", [], found.steps);
  if (found.failure === "irregular") throw new RowProblem("irregular", [], found.steps);
  throw new RowProblem("one-row", []);
}

/** A declared step of months anchored at their ends where the data are. */
function anchored(frequency: Frequency, series: readonly Float64Array[]): Frequency {
  if (!["month", "quarter", "year"].includes(frequency.unit) || series.length === 0) return frequency;
  const dayMs = fixedUnitMs.day!;
  const ends = series.every((times) => times.every((time) => new Date(time + dayMs).getUTCDate() === 1));
  return ends ? { ...frequency, endOfMonth: true } : frequency;
}

function allOnGrid(time: Float64Array, ids: Int32Array, starts: Float64Array, frequency: Frequency): boolean {
  const stepsTo = stepCounter(frequency);
  for (let row = 0; row < time.length; row++) {
    const start = starts[ids[row]!]!;
    if (!Number.isNaN(start) && stepsTo(start, time[row]!) === undefined) return false;
  }
  return true;
}

/** The times of every row of a panel, series after series. */
export function timeAxis(starts: readonly number[], offsets: Int32Array, frequency: Frequency): Float64Array {
  const axis = new Float64Array(offsets.at(-1)!);
  const fixed = fixedUnitMs[frequency.unit];
  const step = fixed === undefined ? 0 : fixed * frequency.multiple;
  // Where steps have no fixed length, the axis of a start is worked out once.
  const axes = new Map<number, Float64Array>();
  starts.forEach((start, series) => {
    const from = offsets[series]!;
    const length = offsets[series + 1]! - from;
    if (fixed !== undefined) for (let i = 0; i < length; i++) axis[from + i] = start + i * step;
    else {
      let known = axes.get(start);
      if (known === undefined || known.length < length) {
        known = Float64Array.from({ length }, (_, i) => addSteps(start, frequency, i));
        axes.set(start, known);
      }
      axis.set(known.subarray(0, length), from);
    }
  });
  return axis;
}
