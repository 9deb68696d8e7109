import { calendarDay, firstOfMonth } from "./calendar-day.ts";
import { dayOfRule, indexByRule, type StepRule } from "./step-rule.ts";

export type { StepRule } from "./step-rule.ts";

/** Units a series may be regular in. */
export const frequencyUnits = [
  "second",
  "minute",
  "hour",
  "day",
  "business day",
  "week",
  "month",
  "quarter",
  "year",
] as const;

/** Unit of the step between two values. */
export type FrequencyUnit = (typeof frequencyUnits)[number];

/** Step of a regular series: `{unit: "minute", multiple: 15}` is one value every quarter of an hour. */
export interface Frequency {
  readonly unit: FrequencyUnit;
  readonly multiple: number;
  /** Steps of months, quarters and years fall on the last day of the month rather than on a fixed day. */
  readonly endOfMonth?: boolean | undefined;
  /** A calendar other than the usual one. */
  readonly rule?: StepRule | undefined;
}

const minuteMs = 60_000;

/** Length of a unit in milliseconds where it has a fixed one. */
export const fixedUnitMs: Partial<Record<FrequencyUnit, number>> = {
  second: 1000,
  minute: minuteMs,
  hour: 60 * minuteMs,
  day: 1440 * minuteMs,
  week: 7 * 1440 * minuteMs,
};

const monthsOf: Partial<Record<FrequencyUnit, number>> = { month: 1, quarter: 3, year: 12 };

const dayMs = 1440 * minuteMs;

/** The moment `steps` steps after `start` (milliseconds since 1970, wall clock taken as UTC; `steps` may be negative). */
export function addSteps(start: number, frequency: Frequency, steps: number): number {
  const fixed = fixedUnitMs[frequency.unit];
  const count = steps * frequency.multiple;
  if (fixed !== undefined) return start + count * fixed;
  if (hasOwnDays(frequency)) return addByRule(start, frequency.rule, count * unitsOf(frequency));
  if (frequency.unit === "business day") return addBusinessDays(start, count);
  return addMonths(start, count * monthsOf[frequency.unit]!, frequency.endOfMonth === true);
}

/** A frequency whose steps fall on the days of a rule. */
export type RuledFrequency = Frequency & { readonly rule: Exclude<StepRule, { kind: "fiscal" }> };

/** Whether a rule says on which days steps fall; a fiscal year only says where years and quarters begin. */
export function hasOwnDays(frequency: Frequency): frequency is RuledFrequency {
  return frequency.rule !== undefined && frequency.rule.kind !== "fiscal";
}

/** Steps of a rule (months, open days) in one unit of a frequency. */
function unitsOf({ unit }: Frequency): number {
  return monthsOf[unit] ?? 1;
}

function addByRule(start: number, rule: RuledFrequency["rule"], steps: number): number {
  const day = Math.floor(start / dayMs);
  return dayOfRule(rule, indexByRule(rule, day) + steps) * dayMs + (start - day * dayMs);
}

/** Months between January and the first month of the fiscal year; 0 without one. */
export function fiscalShift({ unit, rule }: Frequency): number {
  return rule?.kind === "fiscal" && unit !== "month" ? rule.start : 0;
}

/** Number of whole steps from 1970 to `moment` (milliseconds); consecutive steps of a series differ by 1. */
export function stepNumber(moment: number, frequency: Frequency): number {
  const fixed = fixedUnitMs[frequency.unit];
  if (fixed !== undefined) return Math.floor(moment / (fixed * frequency.multiple));
  if (hasOwnDays(frequency)) {
    const index = indexByRule(frequency.rule, Math.floor(moment / dayMs));
    return Math.floor(index / (frequency.multiple * unitsOf(frequency)));
  }
  if (frequency.unit === "business day") {
    // Monday is 0: 1970-01-01 was a Thursday, day 3 of its week.
    const day = Math.floor(moment / dayMs) + 3;
    const week = Math.floor(day / 7);
    return Math.floor((week * 5 + Math.min(day - week * 7, 4)) / frequency.multiple);
  }
  const months = calendarDay(Math.floor(moment / dayMs)).month - 1970 * 12 - fiscalShift(frequency);
  return Math.floor(months / (monthsOf[frequency.unit]! * frequency.multiple));
}

function addMonths(start: number, months: number, endOfMonth: boolean): number {
  const day = Math.floor(start / dayMs);
  const { month, dayOfMonth } = calendarDay(day);
  const first = firstOfMonth(month + months);
  const length = firstOfMonth(month + months + 1) - first;
  return (first + (endOfMonth ? length : Math.min(dayOfMonth, length)) - 1) * dayMs + (start - day * dayMs);
}

function addBusinessDays(start: number, days: number): number {
  // Monday is 0: 1970-01-01 was a Thursday, day 3 of its week.
  const day = Math.floor(start / dayMs);
  const weekday = (((day + 3) % 7) + 7) % 7;
  const index = Math.floor((day + 3) / 7) * 5 + Math.min(weekday, 4) + days;
  const week = Math.floor(index / 5);
  return (week * 7 + (index - week * 5) - 3) * dayMs + (start - day * dayMs);
}

const stepsPerCycle: Record<FrequencyUnit, readonly { readonly cycle: string; readonly units: number }[]> = {
  second: [
    { cycle: "minute", units: 60 },
    { cycle: "hour", units: 3600 },
    { cycle: "day", units: 86_400 },
  ],
  minute: [
    { cycle: "hour", units: 60 },
    { cycle: "day", units: 1440 },
    { cycle: "week", units: 10_080 },
  ],
  hour: [
    { cycle: "day", units: 24 },
    { cycle: "week", units: 168 },
  ],
  day: [
    { cycle: "week", units: 7 },
    { cycle: "year", units: 365.25 },
  ],
  "business day": [
    { cycle: "week", units: 5 },
    { cycle: "year", units: 261 },
  ],
  week: [{ cycle: "year", units: 52.18 }],
  month: [{ cycle: "year", units: 12 }],
  quarter: [{ cycle: "year", units: 4 }],
  year: [],
};

/** The cycles of a step, with the days that a week has if a rule says which are open. */
function cyclesOf({ unit, rule }: Frequency): readonly { readonly cycle: string; readonly units: number }[] {
  if (unit !== "business day" || rule?.kind !== "weekdays") return stepsPerCycle[unit];
  const { length } = rule.days;
  return [
    { cycle: "week", units: length },
    { cycle: "year", units: (365.25 / 7) * length },
  ];
}

/**
 * Natural season lengths in steps, shortest first, such as [24, 168] for hours or [48, 336] for half hours.
 * Lengths are rounded to whole steps; cycles of under two steps (under four below an hour) are left out.
 */
export function naturalSeasons(frequency: Frequency): number[] {
  return cyclesOf(frequency)
    .map(({ units }) => Math.round(units / frequency.multiple))
    .filter((length) => length >= (frequency.unit === "minute" || frequency.unit === "second" ? 4 : 2));
}

/**
 * The season of the scaled errors (MASE, RMSSE): the shortest natural cycle of at least four steps, 1 where there is none.
 * The convention of the M4 competition (hourly 24, monthly 12, quarterly 4) with daily 7 and weekly 52.
 */
export function scalingSeason(frequency: Frequency): number {
  const seasons = naturalSeasons(frequency);
  if (frequency.unit === "minute" || frequency.unit === "second") return seasons.at(-2) ?? seasons[0] ?? 1;
  return seasons[0] ?? 1;
}

/** The frequency as the experiment file writes it, such as `day` or `15 minutes`. */
export function frequencyName(frequency: Frequency): string {
  return frequency.multiple === 1 ? frequency.unit : `${frequency.multiple} ${frequency.unit}s`;
}
