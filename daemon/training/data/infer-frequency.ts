import { calendarDay, firstOfMonth } from "../../forecasting/panel/calendar-day.ts";
import {
  addSteps,
  type Frequency,
  fiscalShift,
  fixedUnitMs,
  hasOwnDays,
  type RuledFrequency,
} from "../../forecasting/panel/frequency.ts";
import { dayOfRule, indexByRule, weekdayOf } from "../../forecasting/panel/step-rule.ts";
import { hasUnevenWeeks, ruledFrequency } from "./infer-rule.ts";

const dayMs = 86_400_000;

/** Whole steps from `start` to `time`, or undefined where `time` is not on the grid that begins at `start`. */
export function stepsBetween(start: number, time: number, frequency: Frequency): number | undefined {
  const fixed = fixedUnitMs[frequency.unit];
  if (fixed !== undefined) {
    const steps = (time - start) / (fixed * frequency.multiple);
    return Number.isInteger(steps) ? steps : undefined;
  }
  if (hasOwnDays(frequency)) return ruledSteps(start, time, frequency);
  const units = frequency.unit === "business day" ? businessDays(start, time) : monthsBetween(start, time);
  const size = frequency.unit === "business day" ? frequency.multiple : monthsPerStep(frequency);
  const steps = Math.round(units / size);
  return addSteps(start, frequency, steps) === time ? steps : undefined;
}

/** The same where the days of steps follow a rule. */
function ruledSteps(start: number, time: number, frequency: RuledFrequency): number | undefined {
  const index = (moment: number) => indexByRule(frequency.rule, Math.floor(moment / dayMs));
  const size = frequency.unit === "business day" ? frequency.multiple : monthsPerStep(frequency);
  const steps = Math.round((index(time) - index(start)) / size);
  return addSteps(start, frequency, steps) === time ? steps : undefined;
}

/** Answers that a step counter remembers at most. */
const mostRemembered = 1_000_000;

/**
 * `stepsBetween` for very many rows: where steps have no fixed length it remembers its answers, since the series of a panel mostly share
 * their times.
 */
export function stepCounter(frequency: Frequency): (start: number, time: number) => number | undefined {
  if (fixedUnitMs[frequency.unit] !== undefined) return (start, time) => stepsBetween(start, time, frequency);
  const known = new Map<number, Map<number, number>>();
  let remembered = 0;
  let last = Number.NaN;
  let ofLast = new Map<number, number>();
  return (start, time) => {
    if (start !== last) {
      last = start;
      ofLast = known.get(start) ?? new Map();
      known.set(start, ofLast);
    }
    const found = ofLast.get(time);
    if (found !== undefined) return found;
    const steps = stepsBetween(start, time, frequency);
    if (steps !== undefined && remembered++ < mostRemembered) ofLast.set(time, steps);
    return steps;
  };
}

/** Beginning of the step that holds `time`: midnight, Monday, the first of the month, quarter or year, and so on. */
export function floorToStep(time: number, frequency: Frequency): number {
  const fixed = fixedUnitMs[frequency.unit];
  if (fixed !== undefined) {
    // Weeks begin on Monday: 1970-01-05 was one.
    const anchor = frequency.unit === "week" ? 4 * dayMs : 0;
    const step = fixed * frequency.multiple;
    return Math.floor((time - anchor) / step) * step + anchor;
  }
  if (hasOwnDays(frequency)) {
    const { rule } = frequency;
    return dayOfRule(rule, indexByRule(rule, Math.floor(time / dayMs))) * dayMs;
  }
  if (frequency.unit === "business day") {
    const day = Math.floor(time / dayMs);
    return (day - Math.max(0, weekdayOf(day) - 4)) * dayMs;
  }
  const size = monthsPerStep(frequency);
  const shift = fiscalShift(frequency);
  const month = calendarDay(Math.floor(time / dayMs)).month - shift;
  return firstOfMonth(Math.floor(month / size) * size + shift) * dayMs;
}

function monthsPerStep(frequency: Frequency): number {
  return frequency.multiple * (frequency.unit === "year" ? 12 : frequency.unit === "quarter" ? 3 : 1);
}

function businessDays(start: number, time: number): number {
  const count = (day: number) => Math.floor((day + 3) / 7) * 5 + Math.min(weekdayOf(day), 4);
  return count(Math.floor(time / dayMs)) - count(Math.floor(start / dayMs));
}

function monthsBetween(start: number, time: number): number {
  return calendarDay(Math.floor(time / dayMs)).month - calendarDay(Math.floor(start / dayMs)).month;
}

export type InferredFrequency =
  /** `within`: times lie anywhere within their step, such as on the last working day of each month. */
  | { readonly frequency: Frequency; readonly within?: boolean }
  /** `too short`: no series has two different times. `irregular` and `sub-second`: the commonest steps, in words. */
  | { readonly failure: "too short" }
  | { readonly failure: "sub-second"; readonly steps: string }
  | { readonly failure: "irregular"; readonly steps: string };

/**
 * Finds the step of regular series from their times (each sorted, distinct, in milliseconds). Gaps are allowed: the
 * step is the commonest distance, or the largest that divides all of them where that fits the data.
 */
export function inferFrequency(series: readonly Float64Array[]): InferredFrequency {
  const long = series.filter((times) => times.length > 1);
  if (long.length === 0) return { failure: "too short" };
  const clocks = new Set(long.flatMap((times) => Array.from(times.subarray(0, 1000), (time) => mod(time, dayMs))));
  if (clocks.size > 1) return fromDistances(long, 1);
  const ruled = calendarStep(long) ?? ruledFrequency(long);
  if (ruled !== undefined) return ruled;
  if (hasUnevenWeeks(long)) {
    return { failure: "irregular", steps: "4 and 5 weeks in no fixed turn, as in calendars with a year of 53 weeks" };
  }
  return fromDistances(long, dayMs);
}

/** Months, quarters, years and business days: steps whose length varies. Times share one time of day. */
function calendarStep(series: readonly Float64Array[]): InferredFrequency | undefined {
  let monthly = true;
  let monthEnds = true;
  let weekdays = true;
  let shortest = Number.POSITIVE_INFINITY;
  let months = 0;
  let weekends = 0;
  for (const times of series) {
    const anchor = new Date(times[0]!).getUTCDate();
    for (let i = 0; i < times.length; i++) {
      const date = new Date(times[i]!);
      const next = new Date(times[i]! + dayMs);
      monthEnds &&= next.getUTCDate() === 1;
      monthly &&= date.getUTCDate() === anchor;
      weekdays &&= weekdayOf(Math.floor(times[i]! / dayMs)) < 5;
      if (!monthly && !monthEnds && !weekdays) return undefined;
      if (i === 0) continue;
      shortest = Math.min(shortest, times[i]! - times[i - 1]!);
      months = divisor(months, monthsBetween(times[i - 1]!, times[i]!));
      if (weekdayOf(Math.floor(times[i]! / dayMs)) < weekdayOf(Math.floor(times[i - 1]! / dayMs))) weekends++;
    }
  }
  if ((monthly || monthEnds) && months > 0) return { frequency: monthFrequency(months, monthEnds) };
  const daily = shortest === dayMs;
  return weekdays && daily && weekends > 0 ? { frequency: { unit: "business day", multiple: 1 } } : undefined;
}

function monthFrequency(months: number, endOfMonth: boolean): Frequency {
  const anchor = endOfMonth ? { endOfMonth } : {};
  if (months % 12 === 0) return { unit: "year", multiple: months / 12, ...anchor };
  if (months === 3) return { unit: "quarter", multiple: 1, ...anchor };
  return { unit: "month", multiple: months, ...anchor };
}

/** Share of all distances that the commonest one must have to be the step. */
const commonEnough = 0.5;
/** Share of the steps between first and last time that must be present where the step is only a divisor. */
const denseEnough = 0.1;

function fromDistances(series: readonly Float64Array[], resolution: number): InferredFrequency {
  const counts = new Map<number, number>();
  let total = 0;
  let span = 0;
  for (const times of series) {
    for (let i = 1; i < times.length; i++) {
      const distance = times[i]! - times[i - 1]!;
      counts.set(distance, (counts.get(distance) ?? 0) + 1);
      total++;
      span += distance;
    }
  }
  const common = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  const [step, count] = common[0]!;
  const shared = common.reduce((found, [distance]) => divisor(found, distance), 0);
  if (step < 1000) return { failure: "sub-second", steps: durationName(step) };
  const slot = step === shared ? undefined : slotFrequency(series);
  if (slot !== undefined) return { frequency: slot, within: true };
  if (step !== shared && count < commonEnough * total) {
    const dense = total / (span / shared) >= denseEnough && shared % Math.max(resolution, 1000) === 0;
    if (!dense)
      return {
        failure: "irregular",
        steps: common
          .slice(0, 3)
          .map(([ms]) => durationName(ms))
          .join(", "),
      };
    return named(shared);
  }
  return named(step);
}

/** Share of the slots between first and last time that must be taken where times lie anywhere within them. */
const slotsTaken = 0.9;

/** Times in each series from which slots are told from chance. */
const fewestSlots = 8;

/** The calendar unit of which every step holds at most one time of each series, and nearly every step one. */
function slotFrequency(series: readonly Float64Array[]): Frequency | undefined {
  const units = ["week", "month", "quarter", "year"] as const;
  return units
    .map((unit): Frequency => ({ unit, multiple: 1 }))
    .find((frequency) =>
      series.every((times) => {
        const slots = new Set(times.values().map((time) => floorToStep(time, frequency)));
        const span = stepsBetween(Math.min(...slots), Math.max(...slots), frequency)! + 1;
        return times.length >= fewestSlots && slots.size === times.length && slots.size >= slotsTaken * span;
      }),
    );
}

function named(step: number): InferredFrequency {
  for (const unit of ["week", "day", "hour", "minute", "second"] as const) {
    const multiple = step / fixedUnitMs[unit]!;
    if (Number.isInteger(multiple)) return { frequency: { unit, multiple } };
  }
  return { failure: "irregular", steps: durationName(step) };
}

function durationName(ms: number): string {
  for (const unit of ["day", "hour", "minute", "second"] as const) {
    const count = ms / fixedUnitMs[unit]!;
    if (count >= 1) return `${Number(count.toFixed(2))} ${unit}${count === 1 ? "" : "s"}`;
  }
  return `${ms} ms`;
}

function divisor(a: number, b: number): number {
  let [x, y] = [Math.abs(a), Math.abs(b)];
  while (y > 0) [x, y] = [y, x % y];
  return x;
}

function mod(value: number, size: number): number {
  return ((value % size) + size) % size;
}
