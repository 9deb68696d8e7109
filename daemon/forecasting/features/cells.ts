import { type Frequency, fixedUnitMs } from "../panel/frequency.ts";
import { calendarValue, fourierValue } from "./calendar.ts";
import type { HolidayTable } from "./holidays.ts";
import type { FeaturePlan } from "./plan.ts";
import { alignedIndex, type Scaler } from "./scaling.ts";
import { PrefixSums, rollingMedians, type SeriesView, weightedMeans } from "./series-view.ts";
import type { FeatureSpec } from "./spec.ts";

/** Value of a feature for a row: `origin` is the last moment known, `target` the one to forecast, as indices of the series. */
export type Cell = (origin: number, target: number) => number;

/** What the features of one series are computed from; tables are made when first needed and shared between features. */
export class SeriesTables {
  readonly view: SeriesView;
  readonly scaler: Scaler;
  readonly plan: FeaturePlan;
  readonly frequency: Frequency;
  readonly holidays: HolidayTable | undefined;
  readonly #sums = new Map<string, PrefixSums>();

  constructor(
    view: SeriesView,
    scaler: Scaler,
    shared: { plan: FeaturePlan; frequency: Frequency; holidays: HolidayTable | undefined },
  ) {
    this.view = view;
    this.scaler = scaler;
    this.plan = shared.plan;
    this.frequency = shared.frequency;
    this.holidays = shared.holidays;
  }

  /** Past of the target, or of an observed covariate (all missing where the panel lacks it). */
  past(column: string | undefined): Float64Array {
    const values = column === undefined ? this.view.target : this.view.observed.get(column);
    return values === undefined
      ? new Float64Array(this.view.past).fill(Number.NaN)
      : values.subarray(0, this.view.past);
  }

  /** A known covariate over past and window (all missing where the panel lacks it). */
  known(column: string): Float64Array {
    return this.view.known.get(column) ?? new Float64Array(this.view.time.length).fill(Number.NaN);
  }

  sumsOf(column: string | undefined): PrefixSums {
    return this.#cached(`past ${column ?? ""}`, () => this.past(column));
  }

  sumsOfKnown(column: string): PrefixSums {
    return this.#cached(`known ${column}`, () => this.known(column));
  }

  #cached(key: string, values: () => Float64Array): PrefixSums {
    const found = this.#sums.get(key) ?? new PrefixSums(values());
    this.#sums.set(key, found);
    return found;
  }

  /** Brings a value of the target to the row's scale; other columns stay as they are. */
  scaled(column: string | undefined, value: Cell): Cell {
    if (column !== undefined) return value;
    const { scaler } = this;
    return (origin, target) => (value(origin, target) - scaler.centre(origin, target)) / scaler.scale(origin);
  }
}

type Of<Kind extends FeatureSpec["kind"]> = Extract<FeatureSpec, { kind: Kind }>;

/** The function that computes a feature of one series, for every kind that reads numbers of that series alone. */
export function cellOf(spec: FeatureSpec, tables: SeriesTables): Cell {
  switch (spec.kind) {
    case "step":
      return (origin, target) => target - origin;
    case "calendar": {
      const { time } = tables.view;
      return (_, target) => calendarValue(spec.part, time[target]!, tables.frequency);
    }
    case "fourier":
      return (_, target) => fourierValue(spec, stepNumber(tables.view.time[target]!, tables.frequency));
    case "holiday":
      return (_, target) => tables.holidays!.value(spec.part, tables.view.time[target]!, tables.frequency);
    case "known":
    case "known ratio":
    case "known change":
      return knownCell(spec, tables);
    case "static":
    case "encoding":
    case "series":
      throw new RangeError(`${spec.kind} is a feature of the series, not of its rows`);
    default:
      return historyCell(spec, tables);
  }
}

function historyCell(
  spec: Of<"lag" | "rolling" | "expanding" | "weighted" | "since demand" | "season" | "season mean">,
  tables: SeriesTables,
): Cell {
  switch (spec.kind) {
    case "lag": {
      const past = tables.past(spec.column);
      return tables.scaled(spec.column, (origin) => past[origin - spec.lag] ?? Number.NaN);
    }
    case "rolling":
      return rollingCell(spec, tables);
    case "expanding": {
      const sums = tables.sumsOf(spec.column);
      return tables.scaled(spec.column, (origin) => sums.mean(0, origin));
    }
    case "weighted": {
      const means = weightedMeans(tables.past(spec.column), spec.halfLife);
      return tables.scaled(spec.column, (origin) => means[origin] ?? Number.NaN);
    }
    case "since demand": {
      const since = stepsSinceDemand(tables.past(undefined));
      return (origin) => since[origin] ?? Number.NaN;
    }
    case "season": {
      const past = tables.past(spec.column);
      return tables.scaled(spec.column, (origin, target) => {
        const at = alignedIndex(origin, target, spec.season) - spec.back * spec.season + spec.shift;
        return at > origin ? Number.NaN : (past[at] ?? Number.NaN);
      });
    }
    case "season mean": {
      const past = tables.past(undefined);
      return tables.scaled(undefined, (origin, target) =>
        seasonMean(past, alignedIndex(origin, target, spec.season), spec),
      );
    }
  }
}

function rollingCell(spec: Of<"rolling">, tables: SeriesTables): Cell {
  const sums = tables.sumsOf(spec.column);
  const from = (origin: number): number => origin - spec.window + 1;
  if (spec.statistic === "zeros") return (origin) => sums.zeroShare(from(origin), origin);
  if (spec.statistic === "mean") return tables.scaled(spec.column, (origin) => sums.mean(from(origin), origin));
  if (spec.column !== undefined) return (origin) => sums.deviation(from(origin), origin);
  return (origin) => sums.deviation(from(origin), origin) / tables.scaler.scale(origin);
}

function seasonMean(past: Float64Array, latest: number, spec: { season: number; count: number }): number {
  let sum = 0;
  let count = 0;
  for (let i = 0, at = latest; i < spec.count && at >= 0; i++, at -= spec.season) {
    if (Number.isNaN(past[at]!)) continue;
    sum += past[at]!;
    count++;
  }
  return sum / count;
}

function stepsSinceDemand(past: Float64Array): Float64Array {
  let since = Number.NaN;
  return past.map((value) => {
    if (value !== 0 && !Number.isNaN(value)) since = 0;
    else since += 1;
    return since;
  });
}

function knownCell(spec: Of<"known" | "known ratio" | "known change">, tables: SeriesTables): Cell {
  const values = tables.known(spec.column);
  if (spec.kind === "known") {
    const reach = tables.plan.gap + tables.plan.horizon;
    return (origin, target) => {
      const at = target + spec.shift;
      // Later values are not given at this origin, even where a longer panel holds them.
      return at > origin + reach ? Number.NaN : (values[at] ?? Number.NaN);
    };
  }
  if (spec.kind === "known ratio") {
    const medians = rollingMedians(values, spec.window);
    return (_, target) => values[target]! / medians[target]!;
  }
  if (spec.season !== undefined) {
    const { season } = spec;
    return (origin, target) => values[target]! - (values[alignedIndex(origin, target, season)] ?? Number.NaN);
  }
  const sums = tables.sumsOfKnown(spec.column);
  const window = spec.window ?? 1;
  return (origin, target) => values[target]! - sums.mean(origin - window + 1, origin);
}

const averageMonthMs = 30.4375 * 86_400_000;

/** Steps from 1970 to a moment; calendar units by their average length. */
function stepNumber(time: number, frequency: Frequency): number {
  const months = { month: 1, quarter: 3, year: 12 } as const;
  const unit = frequency.unit;
  if (unit === "month" || unit === "quarter" || unit === "year") {
    return Math.round(time / averageMonthMs) / months[unit] / frequency.multiple;
  }
  return time / ((fixedUnitMs[unit] ?? fixedUnitMs.day! * 1.4) * frequency.multiple);
}
