import { calendarDay, firstOfMonth } from "./calendar-day.ts";

/**
 * Calendars other than the usual one. Days count from 1970-01-01, weekdays from Monday (0).
 * - `weeks`: months of whole weeks in turn, such as 4, 4, 5; `anchor` is the first day of a turn.
 * - `weekdays`: business days that are not Monday to Friday, such as Sunday to Thursday.
 * - `month day`: the nth weekday of a month, or the nth business day (Monday to Friday) where none is named; negative from the end.
 * - `fiscal`: years and quarters that begin with month `start` (January is 0).
 */
export type StepRule =
  | { readonly kind: "weeks"; readonly weeks: readonly number[]; readonly anchor: number }
  | { readonly kind: "weekdays"; readonly days: readonly number[] }
  | { readonly kind: "month day"; readonly nth: number; readonly weekday?: number | undefined }
  | { readonly kind: "fiscal"; readonly start: number };

type DayRule = Exclude<StepRule, { kind: "fiscal" }>;

/** Monday is 0: 1970-01-01 was a Thursday, day 3 of its week. */
export function weekdayOf(day: number): number {
  return (((day + 3) % 7) + 7) % 7;
}

/** Index of the step that a day belongs to: the month of weeks, the month, or the latest open day. */
export function indexByRule(rule: DayRule, day: number): number {
  switch (rule.kind) {
    case "weeks": {
      const turn = 7 * sum(rule.weeks);
      const turns = Math.floor((day - rule.anchor) / turn);
      let rest = day - rule.anchor - turns * turn;
      let index = turns * rule.weeks.length;
      for (const weeks of rule.weeks) {
        if (rest < 7 * weeks) break;
        rest -= 7 * weeks;
        index++;
      }
      return index;
    }
    case "weekdays": {
      const open = rule.days.filter((weekday) => weekday <= weekdayOf(day)).length;
      return Math.floor((day + 3) / 7) * rule.days.length + open - 1;
    }
    case "month day":
      return calendarDay(day).month;
  }
}

/** The day on which the step with this index falls. */
export function dayOfRule(rule: DayRule, index: number): number {
  switch (rule.kind) {
    case "weeks": {
      const count = rule.weeks.length;
      const turns = Math.floor(index / count);
      const before = sum(rule.weeks.slice(0, index - turns * count));
      return rule.anchor + 7 * (turns * sum(rule.weeks) + before);
    }
    case "weekdays": {
      const week = Math.floor(index / rule.days.length);
      return week * 7 + rule.days[index - week * rule.days.length]! - 3;
    }
    case "month day":
      return rule.nth > 0 ? fromStart(index, rule.nth, rule.weekday) : fromEnd(index, -rule.nth, rule.weekday);
  }
}

function fromStart(month: number, nth: number, weekday: number | undefined): number {
  let day = firstOfMonth(month);
  for (let left = nth; ; day++) if (fits(day, weekday) && --left === 0) return day;
}

function fromEnd(month: number, nth: number, weekday: number | undefined): number {
  let day = firstOfMonth(month + 1) - 1;
  for (let left = nth; ; day--) if (fits(day, weekday) && --left === 0) return day;
}

function fits(day: number, weekday: number | undefined): boolean {
  return weekday === undefined ? weekdayOf(day) < 5 : weekdayOf(day) === weekday;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
