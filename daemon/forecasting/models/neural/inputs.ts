import { z } from "zod";
import { HolidayTable } from "../../features/holidays.ts";
import type { Frequency } from "../../panel/frequency.ts";
import { type Covariate, type Panel, pastOf, seriesCount } from "../../panel/panel.ts";

const day = 86_400_000;

/** Cycles a network is shown as sine and cosine, by the time unit from which they can be seen, with their length in milliseconds. */
const cycles = [
  { name: "day", length: day, units: ["second", "minute", "hour"] },
  { name: "week", length: 7 * day, units: ["second", "minute", "hour", "day", "business day"] },
  { name: "month", length: 30.436875 * day, units: ["day", "business day"] },
  { name: "year", length: 365.2425 * day, units: ["hour", "day", "business day", "week", "month", "quarter"] },
] as const;

/** Lengths of a cycle that a history has to cover: what was seen once is not told from a trend. A little short of two still counts. */
const twice = 1.9;

const columnSchema = z.object({
  name: z.string(),
  /** Mean and deviation in training, by which numbers are standardised. */
  mean: z.number(),
  deviation: z.number(),
  /** Texts that have an indicator of their own; absent for numbers. */
  categories: z.array(z.string()).optional(),
});

/** How the columns of a panel become numbers around zero: made once in training, kept with the model. */
export const inputPlanSchema = z.object({
  known: z.array(columnSchema),
  observed: z.array(columnSchema),
  static: z.array(columnSchema),
  cycles: z.array(z.string()),
  holidays: z.boolean(),
});

export type InputPlan = z.infer<typeof inputPlanSchema>;
type InputColumn = z.infer<typeof columnSchema>;

/** Texts of a column that get an indicator; the rarer ones share none. */
const mostCategories = 12;

/** Chooses and scales inputs by a training panel; columns that never change are left out. */
export function planInputs(panel: Panel): InputPlan {
  const span = longestSpan(panel);
  const plan = (covariates: readonly Covariate[]): InputColumn[] => covariates.flatMap(planColumn);
  return {
    known: plan(panel.known),
    observed: plan(panel.observed),
    static: seriesCount(panel) > 1 ? plan(panel.static) : [],
    cycles: cycles
      .filter(
        ({ units, length }) => (units as readonly string[]).includes(panel.frequency.unit) && twice * length <= span,
      )
      .map(({ name }) => name),
    holidays: panel.calendar !== undefined,
  };
}

/** Milliseconds that the longest history covers. */
function longestSpan(panel: Panel): number {
  return panel.keys.reduce((most, _, series) => {
    const past = pastOf(panel, panel.time, series);
    const [first = 0, last = first] = [past[0], past.at(-1)];
    return Math.max(most, last - first);
  }, 0);
}

function planColumn({ name, values, categories }: Covariate): InputColumn[] {
  let [count, sum, squares] = [0, 0, 0];
  const occurrences = new Map<number, number>();
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    count++;
    sum += value;
    squares += value * value;
    if (categories !== undefined) occurrences.set(value, (occurrences.get(value) ?? 0) + 1);
  }
  if (categories !== undefined) {
    const frequent = [...occurrences].sort(([, a], [, b]) => b - a).slice(0, mostCategories);
    if (frequent.length < 2) return [];
    return [{ name, mean: 0, deviation: 1, categories: frequent.map(([code]) => categories[code]!) }];
  }
  const mean = count === 0 ? 0 : sum / count;
  const deviation = Math.sqrt(Math.max(0, squares / Math.max(1, count) - mean * mean));
  return deviation > 1e-9 * (1 + Math.abs(mean)) ? [{ name, mean, deviation }] : [];
}

/** Numbers of inputs a row has: known in advance (calendar included) and observed, and a series has. */
export interface InputWidths {
  readonly known: number;
  readonly observed: number;
  readonly static: number;
}

export function inputWidths(plan: InputPlan): InputWidths {
  const width = (columns: readonly InputColumn[]): number =>
    columns.reduce((sum, { categories }) => sum + (categories?.length ?? 1), 0);
  return {
    known: width(plan.known) + 2 * plan.cycles.length + (plan.holidays ? 1 : 0),
    observed: width(plan.observed),
    static: width(plan.static),
  };
}

/** Names of the factors behind the inputs of each kind, one a column in order: several columns may belong to one factor. */
export interface InputFactors {
  readonly known: readonly string[];
  readonly observed: readonly string[];
  readonly static: readonly string[];
}

export function inputFactors(plan: InputPlan): InputFactors {
  const names = (columns: readonly InputColumn[]): string[] =>
    columns.flatMap(({ name, categories }) => Array<string>(categories?.length ?? 1).fill(name));
  return {
    known: [
      ...names(plan.known),
      ...Array<string>(2 * plan.cycles.length).fill("calendar"),
      ...(plan.holidays ? ["holiday"] : []),
    ],
    observed: names(plan.observed),
    static: names(plan.static),
  };
}

/** Writes the known inputs of panel row `row` at `out[at …]`. Missing values become zero, the mean. */
export function knownWriter(plan: InputPlan, panel: Panel): (row: number, out: Float32Array, at: number) => void {
  const columns = plan.known.map((column) => columnWriter(column, panel.known));
  const lengths = cycles.filter(({ name }) => plan.cycles.includes(name)).map(({ length }) => length);
  const holidays = plan.holidays && panel.calendar !== undefined ? new HolidayTable(panel.calendar) : undefined;
  return (row, out, start) => {
    let at = start;
    for (const write of columns) at = write(row, out, at);
    const time = panel.time[row]!;
    for (const length of lengths) {
      // The week begins on Monday: 1970-01-01 was a Thursday.
      const angle = (2 * Math.PI * (time + 3 * day)) / length;
      out[at++] = Math.sin(angle);
      out[at++] = Math.cos(angle);
    }
    if (plan.holidays) out[at] = holidays === undefined ? 0 : holidayShare(holidays, time, panel.frequency);
  };
}

function holidayShare(table: HolidayTable, time: number, frequency: Frequency): number {
  return frequency.unit === "week" || frequency.unit === "month" || frequency.unit === "quarter"
    ? table.value("count", time, frequency)
    : table.value("holiday", time, frequency);
}

/** Writes the observed inputs of a panel row. */
export function observedWriter(plan: InputPlan, panel: Panel): (row: number, out: Float32Array, at: number) => void {
  const columns = plan.observed.map((column) => columnWriter(column, panel.observed));
  return (row, out, start) => {
    let at = start;
    for (const write of columns) at = write(row, out, at);
  };
}

/** Writes the static inputs of a series. */
export function staticWriter(plan: InputPlan, panel: Panel): (series: number, out: Float32Array, at: number) => void {
  const columns = plan.static.map((column) => columnWriter(column, panel.static));
  return (series, out, start) => {
    let at = start;
    for (const write of columns) at = write(series, out, at);
  };
}

function columnWriter(
  { name, mean, deviation, categories }: InputColumn,
  covariates: readonly Covariate[],
): (row: number, out: Float32Array, at: number) => number {
  const covariate = covariates.find((candidate) => candidate.name === name);
  if (categories === undefined) {
    return (row, out, at) => {
      const value = covariate === undefined ? Number.NaN : covariate.values[row]!;
      // Beyond eight deviations a value is as good as unknown: clipped, it cannot throw the forecast off.
      out[at] = Number.isNaN(value) ? 0 : Math.max(-8, Math.min(8, (value - mean) / deviation));
      return at + 1;
    };
  }
  const place = new Map(categories.map((text, index) => [text, index]));
  return (row, out, at) => {
    const text = covariate?.categories?.[covariate.values[row]!];
    const index = text === undefined ? undefined : place.get(text);
    out.fill(0, at, at + categories.length);
    if (index !== undefined) out[at + index] = 1;
    return at + categories.length;
  };
}

/** A factor and the inputs that belong to it, as columns of the known, observed and static inputs. */
export interface InputGroup {
  readonly name: string;
  readonly known: readonly number[];
  readonly observed: readonly number[];
  readonly fixed: readonly number[];
}

/** The factors behind the inputs, each with all its columns. */
export function inputGroups(factors: InputFactors): InputGroup[] {
  const groups = new Map<string, { known: number[]; observed: number[]; fixed: number[] }>();
  const group = (name: string) => {
    const own = groups.get(name) ?? { known: [], observed: [], fixed: [] };
    groups.set(name, own);
    return own;
  };
  for (const [index, name] of factors.known.entries()) group(name).known.push(index);
  for (const [index, name] of factors.observed.entries()) group(name).observed.push(index);
  for (const [index, name] of factors.static.entries()) group(name).fixed.push(index);
  return Array.from(groups, ([name, columns]) => ({ name, ...columns }));
}

/** Which output of a network is explained: the mean, or the asked quantile. */
export function outputOf({
  level,
  levels,
}: {
  readonly level?: number | undefined;
  readonly levels: readonly number[];
}): number {
  return level === undefined ? 0 : 1 + levels.findIndex((known) => Math.abs(known - level) < 1e-9);
}
