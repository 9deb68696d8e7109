import { calendarDay } from "../../forecasting/panel/calendar-day.ts";
import type { Frequency, StepRule } from "../../forecasting/panel/frequency.ts";
import { dayOfRule, indexByRule, weekdayOf } from "../../forecasting/panel/step-rule.ts";

const dayMs = 86_400_000;

/** Times from which a rule is told from chance. */
const fewestTimes = 6;

/** Months of whole weeks in use by retailers. */
const turns = [
  [4, 4, 5],
  [4, 5, 4],
  [5, 4, 4],
];

/**
 * Finds calendars of months of whole weeks (4-4-5), business days that are not Monday to Friday, and months told by a weekday or by their
 * first or last business day. Times share one time of day and are sorted. Undefined where no rule holds for all of them.
 */
export function ruledFrequency(series: readonly Float64Array[]): { readonly frequency: Frequency } | undefined {
  const days = [...new Set(series.flatMap((times) => Array.from(times, (time) => Math.floor(time / dayMs))))].sort(
    (a, b) => a - b,
  );
  if (days.length < fewestTimes) return undefined;
  const rule = weekRule(days) ?? monthRule(days);
  if (rule !== undefined) return { frequency: { unit: "month", multiple: 1, rule } };
  const open = weekdayRule(series);
  return open === undefined ? undefined : { frequency: { unit: "business day", multiple: 1, rule: open } };
}

/** Whether times are four and five weeks apart without a fixed turn, as retail calendars with a year of 53 weeks are. */
export function hasUnevenWeeks(series: readonly Float64Array[]): boolean {
  return series.some((times) => {
    const weeks = new Set(Array.from(times.subarray(1), (time, index) => (time - times[index]!) / (7 * dayMs)));
    return weeks.has(4) && weeks.has(5) && [...weeks].every((count) => Number.isInteger(count) && count <= 6);
  });
}

/** 4-4-5 and its like: every distance is four or five weeks, with gaps that fit one of the turns. */
function weekRule(days: readonly number[]): StepRule | undefined {
  const distances = days.slice(1).map((day, index) => day - days[index]!);
  if (!distances.every((distance) => distance % 7 === 0 && distance >= 28)) return undefined;
  if (!distances.includes(28) || !distances.includes(35)) return undefined;
  const anchors = days.slice(0, 4);
  for (const weeks of turns) {
    for (const anchor of anchors) {
      const rule = { kind: "weeks", weeks, anchor } as const;
      if (days.every((day) => dayOfRule(rule, indexByRule(rule, day)) === day)) return yearly(rule, days);
    }
  }
  return undefined;
}

/** Of turns that fit equally well, such as 4-4-5 and 5-4-4 shifted, the one that begins with the year. */
function yearly(rule: Extract<StepRule, { kind: "weeks" }>, days: readonly number[]): StepRule {
  const dayOfYear = (day: number) => {
    const { month, dayOfMonth } = calendarDay(day);
    return (((month % 12) + 12) % 12) * 30.4 + dayOfMonth;
  };
  const first = days.findIndex((day) => Math.min(dayOfYear(day), 365 - dayOfYear(day)) < 15);
  const anchor = days[first];
  if (anchor === undefined) return rule;
  const shifted = turns
    .map((weeks) => ({ kind: "weeks", weeks, anchor }) as const)
    .find((other) => days.every((day) => dayOfRule(other, indexByRule(other, day)) === day));
  return shifted ?? rule;
}

/** The first or last business day of every month, or its nth weekday such as the third Friday. */
function monthRule(days: readonly number[]): StepRule | undefined {
  const weekday = weekdayOf(days[0]!);
  const rules: StepRule[] = [
    ...[1, -1].map((nth): StepRule => ({ kind: "month day", nth })),
    ...[1, 2, 3, 4, -1].map((nth): StepRule => ({ kind: "month day", nth, weekday })),
  ];
  return rules.find((rule) => {
    return rule.kind === "month day" && days.every((day) => dayOfRule(rule, calendarDay(day).month) === day);
  });
}

/** Weeks that a weekday must be passed over in to count as closed, unless two days in a row are closed. */
const fewestWeeks = 4;

/** Share of the open days that must have rows: a sparse series is not closed, it just sells rarely. */
const openShare = 0.75;

/** The weekdays that have rows, if others never do: Monday to Saturday, Sunday to Thursday, closed on Mondays. */
function weekdayRule(series: readonly Float64Array[]): StepRule | undefined {
  const counts = new Int32Array(7);
  let shortest = Number.POSITIVE_INFINITY;
  let weeks = 0;
  for (const times of series) {
    weeks += (times.at(-1)! - times[0]!) / (7 * dayMs);
    for (let i = 0; i < times.length; i++) {
      const weekday = weekdayOf(Math.floor(times[i]! / dayMs));
      counts[weekday] = counts[weekday]! + 1;
      if (i > 0) shortest = Math.min(shortest, times[i]! - times[i - 1]!);
    }
  }
  const days = [0, 1, 2, 3, 4, 5, 6].filter((weekday) => counts[weekday]! > 0);
  const closed = [0, 1, 2, 3, 4, 5, 6].filter((weekday) => counts[weekday] === 0);
  const weekend = closed.length === 2 && (closed[1]! - closed[0]! === 1 || (closed[0] === 0 && closed[1] === 6));
  const enough = days.every((weekday) => counts[weekday]! >= 2) && (weekend || weeks >= fewestWeeks);
  const rows = counts.reduce((sum, count) => sum + count, 0);
  const usual = closed.length === 2 && closed.every((weekday) => weekday > 4);
  const regular = closed.length > 0 && closed.length <= 3 && rows >= openShare * weeks * days.length;
  return regular && !usual && enough && shortest === dayMs ? { kind: "weekdays", days } : undefined;
}
