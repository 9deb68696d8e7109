import type { ReportFrequency } from "../../protocol/report.ts";
import type { SeriesView } from "../shared/series.ts";

/** A way to cut time into parts that come round again. */
export interface CalendarPart {
  readonly id: string;
  readonly title: string;
  readonly labels: readonly string[];
  readonly of: (date: Date) => number;
}

const weekdays: CalendarPart = {
  id: "weekday",
  title: "Day of the week",
  labels: ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
  of: (date) => (date.getUTCDay() + 6) % 7,
};

const months: CalendarPart = {
  id: "month",
  title: "Month",
  labels: ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
  of: (date) => date.getUTCMonth(),
};

const hours: CalendarPart = {
  id: "hour",
  title: "Hour of the day",
  labels: Array.from({ length: 24 }, (_, hour) => String(hour)),
  of: (date) => date.getUTCHours(),
};

const quarters: CalendarPart = {
  id: "quarter",
  title: "Quarter",
  labels: ["Q1", "Q2", "Q3", "Q4"],
  of: (date) => Math.floor(date.getUTCMonth() / 3),
};

const parts: Record<ReportFrequency["unit"], readonly CalendarPart[]> = {
  second: [hours],
  minute: [hours, weekdays],
  hour: [hours, weekdays, months],
  day: [weekdays, months],
  "business day": [weekdays, months],
  week: [months],
  month: [months],
  quarter: [quarters],
  year: [],
};

/** Calendar parts that make sense at a frequency; none for years. */
export function calendarParts(frequency: ReportFrequency): readonly CalendarPart[] {
  return parts[frequency.unit];
}

/** Sums behind WAPE, a bucket each: Σ|actual − forecast| and Σ|actual|, and the same of the baseline where it is known. */
export interface CalendarSums {
  readonly error: Float64Array;
  readonly actual: Float64Array;
  readonly baselineError: Float64Array;
  readonly baselineActual: Float64Array;
}

/** Empty sums for `part`. */
export function emptySums(part: CalendarPart): CalendarSums {
  const zeros = () => new Float64Array(part.labels.length);
  return { error: zeros(), actual: zeros(), baselineError: zeros(), baselineActual: zeros() };
}

/** Adds the backtest windows of one series; steps without an actual value or a forecast are skipped. */
export function addToSums(sums: CalendarSums, part: CalendarPart, view: SeriesView): void {
  for (const window of view.windows) {
    window.times.forEach((time, step) => {
      const actual = window.actual[step]!;
      const difference = Math.abs(actual - window.point[step]!);
      if (!Number.isFinite(difference)) return;
      const bucket = part.of(new Date(time));
      sums.error[bucket]! += difference;
      sums.actual[bucket]! += Math.abs(actual);
      const baseline = Math.abs(actual - (window.baseline?.[step] ?? Number.NaN));
      if (Number.isNaN(baseline)) return;
      sums.baselineError[bucket]! += baseline;
      sums.baselineActual[bucket]! += Math.abs(actual);
    });
  }
}

/** Weighted absolute percentage error of every bucket that holds anything; NaN where all its actual values are zero. */
export function calendarErrors(
  sums: CalendarSums,
  part: CalendarPart,
): { labels: string[]; error: number[]; baseline: number[] | undefined } {
  const used = part.labels
    .map((_, bucket) => bucket)
    .filter((bucket) => sums.error[bucket]! + sums.actual[bucket]! > 0);
  const share = (error: Float64Array, actual: Float64Array) =>
    used.map((bucket) => (actual[bucket]! > 0 ? error[bucket]! / actual[bucket]! : Number.NaN));
  const baseline = share(sums.baselineError, sums.baselineActual);
  return {
    labels: used.map((bucket) => part.labels[bucket]!),
    error: share(sums.error, sums.actual),
    baseline: baseline.some(Number.isFinite) ? baseline : undefined,
  };
}
