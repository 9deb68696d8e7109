import type { Frequency } from "../panel/frequency.ts";
import type { calendarParts, FeatureSpec } from "./spec.ts";

const dayMs = 86_400_000;
const minuteMs = 60_000;

type Part = (typeof calendarParts)[number];

/** Date parts that differ between steps of a frequency and can matter to it. */
export function calendarPartsOf({ unit, multiple }: Frequency): Part[] {
  const daily: Part[] = [
    "day of week",
    "day of month",
    "days to month end",
    "days to payday",
    "week",
    "month",
    "year progress",
  ];
  switch (unit) {
    case "second":
    case "minute":
      return ["minute of day", "hour", ...daily];
    case "hour":
      return multiple < 24 ? ["hour", ...daily] : daily;
    case "day":
    case "business day":
      return daily;
    case "week":
      return ["week", "month", "quarter", "days to month end", "year progress"];
    case "month":
      return ["month", "quarter", "business days"];
    case "quarter":
      return ["quarter", "business days"];
    case "year":
      return [];
  }
}

/** Value of a date part at a moment (milliseconds since 1970, wall clock taken as UTC). */
export function calendarValue(part: Part, time: number, frequency: Frequency): number {
  const date = new Date(time);
  switch (part) {
    case "minute of day":
      return Math.floor((((time % dayMs) + dayMs) % dayMs) / minuteMs);
    case "hour":
      return date.getUTCHours();
    case "day of week":
      return (date.getUTCDay() + 6) % 7;
    case "day of month":
      return date.getUTCDate();
    case "days to month end":
      return monthLength(date) - date.getUTCDate();
    case "days to payday":
      return daysToPayday(date);
    case "week":
      return Math.floor(dayOfYear(date) / 7);
    case "month":
      return date.getUTCMonth() + 1;
    case "quarter":
      return Math.floor(date.getUTCMonth() / 3) + 1;
    case "year progress":
      return dayOfYear(date) / 365.25;
    case "business days":
      return businessDays(date, frequency.unit === "quarter" ? 3 : frequency.multiple);
  }
}

/** Sine or cosine of a moment's phase in a period counted in steps from 1970 (Fourier terms). */
export function fourierValue(spec: Extract<FeatureSpec, { kind: "fourier" }>, step: number): number {
  const angle = (2 * Math.PI * spec.order * step) / spec.period;
  return spec.wave === "sine" ? Math.sin(angle) : Math.cos(angle);
}

function monthLength(date: Date): number {
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
}

function dayOfYear(date: Date): number {
  return (
    (Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()) - Date.UTC(date.getUTCFullYear(), 0, 1)) /
    dayMs
  );
}

/** Days until the next common payday: the 15th or the end of a month. */
function daysToPayday(date: Date): number {
  const day = date.getUTCDate();
  return day <= 15 ? 15 - day : monthLength(date) - day;
}

/** Mondays to Fridays from the first day of the month on, over so many months. */
function businessDays(date: Date, months: number): number {
  const start = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
  const end = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, 1);
  let count = 0;
  for (let day = start; day < end; day += dayMs) {
    const weekday = new Date(day).getUTCDay();
    if (weekday !== 0 && weekday !== 6) count++;
  }
  return count;
}
