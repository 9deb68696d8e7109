import { DataError } from "../../../protocol/errors.ts";
import { addSteps, type Frequency, type FrequencyUnit } from "../panel/frequency.ts";
import type { Covariate, Panel } from "../panel/panel.ts";

/** Values of one column by step; null where a value is missing. */
export type Values = readonly (number | null)[];

/** One time series: regular in time, with its covariates. */
export interface Series {
  /** Identifies the series; forecasts carry it. */
  readonly name: string;
  /** Time of the first value, such as `2024-01-01` or `2024-01-01T06:00`. Wall-clock time: an offset is not allowed. */
  readonly start: string;
  /** The past of the target, one value a step, the latest last. */
  readonly values: Values;
  /** Covariates that are known in advance: values for every step of the past and of the horizon. */
  readonly known?: Readonly<Record<string, Values>>;
  /** Covariates that are known only up to the last value: as many values as `values` has. */
  readonly observed?: Readonly<Record<string, Values>>;
  /** One number a series, such as a shop's area. */
  readonly static?: Readonly<Record<string, number>>;
}

/** How series are laid out in time. */
export interface PanelSettings {
  /** Step between two values: a unit such as `day`, or `{unit: "minute", multiple: 15}`. */
  readonly frequency: FrequencyUnit | Frequency;
  /** Steps to forecast. */
  readonly horizon: number;
}

/**
 * The panel that models learn from. All series need the same covariates.
 *
 * @throws DataError that names the series and column if a column has the wrong number of values, a series lacks a
 * column, two series share a name, or a start is not a date.
 */
export function panelOf(series: readonly Series[], { frequency: step, horizon }: PanelSettings): Panel {
  const frequency: Frequency = typeof step === "string" ? { unit: step, multiple: 1 } : step;
  if (series.length === 0)
    throw new DataError("There are no series.", { code: "no-series", fix: "Pass at least one." });
  if (!Number.isInteger(horizon) || horizon < 1) {
    throw new DataError(`The horizon is ${horizon}.`, { code: "horizon", fix: "Pass a whole number of at least 1." });
  }
  const twice = series.find(({ name }, index) => series.findIndex((other) => other.name === name) !== index);
  if (twice !== undefined) throw fault(twice, "its name is used twice", "Give each series a name of its own.");
  const history = Int32Array.from(series, ({ values }) => values.length);
  const offsets = new Int32Array(series.length + 1);
  history.forEach((length, index) => {
    offsets[index + 1] = (offsets[index] ?? 0) + length + horizon;
  });
  const layout = { series, offsets, horizon };
  return {
    frequency,
    keyColumns: ["series"],
    keys: series.map(({ name }) => [name]),
    offsets,
    history,
    futureSteps: horizon,
    time: timesOf(layout, frequency),
    target: laidOut(layout, (one) => one.values),
    known: columnsOf(layout, "known"),
    observed: columnsOf(layout, "observed"),
    static: staticsOf(series),
  };
}

interface Layout {
  readonly series: readonly Series[];
  readonly offsets: Int32Array;
  readonly horizon: number;
}

function timesOf({ series, offsets }: Layout, frequency: Frequency): Float64Array {
  const time = new Float64Array(offsets.at(-1) ?? 0);
  series.forEach((one, index) => {
    const start = startOf(one);
    const [from = 0, to = 0] = offsets.subarray(index, index + 2);
    for (let row = from; row < to; row++) time[row] = addSteps(start, frequency, row - from);
  });
  return time;
}

/** A date with or without a time of day; no zone. */
const wallClock = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?)?$/;

function startOf(series: Series): number {
  const start = wallClock.test(series.start)
    ? Date.parse(series.start.includes(":") ? `${series.start.replace(" ", "T")}Z` : series.start)
    : Number.NaN;
  if (!Number.isNaN(start)) return start;
  throw fault(series, `its start \`${series.start}\` is not a date`, "Write it as 2024-12-31 or 2024-12-31T18:00.");
}

/** Values of every series one after the other; NaN where they are missing or end before the forecast window does. */
function laidOut({ series, offsets }: Layout, valuesOf: (series: Series) => Values): Float64Array {
  const column = new Float64Array(offsets.at(-1) ?? 0).fill(Number.NaN);
  series.forEach((one, index) => {
    const values = Float64Array.from(valuesOf(one), (value) => value ?? Number.NaN);
    column.set(values, offsets[index]);
  });
  return column;
}

function columnsOf(layout: Layout, kind: "known" | "observed"): Covariate[] {
  const names = Object.keys(layout.series[0]?.[kind] ?? {});
  for (const one of layout.series) {
    const other = Object.keys(one[kind] ?? {}).find((name) => !names.includes(name));
    if (other !== undefined) throw fault(one, `only it has the ${kind} covariate \`${other}\``, sameColumns);
  }
  return names.map((name) => {
    const valuesOf = (one: Series): Values => {
      const values = one[kind]?.[name];
      if (values === undefined) throw fault(one, `it lacks the ${kind} covariate \`${name}\``, sameColumns);
      const expected = one.values.length + (kind === "known" ? layout.horizon : 0);
      if (values.length === expected) return values;
      throw fault(
        one,
        `\`${name}\` has ${values.length} values in place of ${expected}`,
        kind === "known"
          ? "A known covariate has a value for every step of the past and of the horizon."
          : "An observed covariate has a value for every step of the past.",
      );
    };
    return { name, values: laidOut(layout, valuesOf) };
  });
}

const sameColumns = "Give all series the same covariates; use null where a value is missing.";

function staticsOf(series: readonly Series[]): Covariate[] {
  const names = Object.keys(series[0]?.static ?? {});
  return names.map((name) => ({
    name,
    values: Float64Array.from(series, (one) => {
      const value = one.static?.[name];
      if (value === undefined) throw fault(one, `it lacks the static covariate \`${name}\``, sameColumns);
      return value;
    }),
  }));
}

function fault({ name }: Series, what: string, fix: string): DataError {
  return new DataError(`Series \`${name}\`: ${what}.`, { code: "series", fix });
}
