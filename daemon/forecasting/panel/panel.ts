import type { Frequency } from "./frequency.ts";

/**
 * A column beside the target: one number a row, NaN where missing.
 * Text columns hold codes into `categories` instead of numbers.
 */
export interface Covariate {
  readonly name: string;
  readonly values: Float64Array;
  /** Distinct texts in code order; present exactly when the column is text. */
  readonly categories?: readonly string[];
}

/** Public-holiday calendar an experiment asks for (codes of date-holidays). */
export interface HolidayCalendar {
  readonly country: string;
  readonly region?: string;
}

/**
 * Everything a model may see: one row a series and time step, series one after the other, regular in time.
 *
 * Series `i` owns rows `offsets[i] … offsets[i + 1] - 1`; its first `history[i]` rows are the past, the remaining
 * `futureSteps` rows are the forecast window (gap and horizon). In future rows `target` and every observed covariate are
 * NaN: a panel never holds a value that was not known at its origin, so a model cannot leak.
 */
export interface Panel {
  readonly frequency: Frequency;
  /** Names of the key columns; empty for one single series. */
  readonly keyColumns: readonly string[];
  /** One tuple of key values a series, in row order. */
  readonly keys: readonly (readonly string[])[];
  /** Length series + 1. */
  readonly offsets: Int32Array;
  /** Rows of the past, a series each. */
  readonly history: Int32Array;
  /** Rows after the origin, the same for every series. */
  readonly futureSteps: number;
  /** Milliseconds since 1970-01-01 (wall clock taken as UTC), one a row. */
  readonly time: Float64Array;
  /** Zone that outputs write clock times in, where the source wrote them with an offset. */
  readonly zone?: string | undefined;
  readonly target: Float64Array;
  /** One value a row, the forecast window included. */
  readonly known: readonly Covariate[];
  /** One value a row, NaN after the origin. */
  readonly observed: readonly Covariate[];
  /** One value a series. */
  readonly static: readonly Covariate[];
  readonly calendar?: HolidayCalendar | undefined;
}

/** Number of series. */
export function seriesCount(panel: Panel): number {
  return panel.keys.length;
}

/** Rows of one series: its past from `start` to before `pastEnd`, then the forecast window to before `end`. */
export interface SeriesRows {
  readonly start: number;
  readonly pastEnd: number;
  readonly end: number;
}

/** Rows of series `index`. Throws RangeError if there is none of this index. */
export function rowsOf({ offsets, history }: Pick<Panel, "offsets" | "history">, index: number): SeriesRows {
  const [start, end] = [offsets[index], offsets[index + 1]];
  const past = history[index];
  if (start === undefined || end === undefined || past === undefined) {
    throw new RangeError(`There is no series ${index}; the panel has ${history.length}.`);
  }
  return { start, pastEnd: start + past, end };
}

/** The past of series `index` in `column` (a view, not a copy). */
export function pastOf(panel: Panel, column: Float64Array, index: number): Float64Array {
  const { start, pastEnd } = rowsOf(panel, index);
  return column.subarray(start, pastEnd);
}

/** The forecast window of series `index` in `column` (a view, not a copy). */
export function futureOf(panel: Panel, column: Float64Array, index: number): Float64Array {
  const { pastEnd, end } = rowsOf(panel, index);
  return column.subarray(pastEnd, end);
}
