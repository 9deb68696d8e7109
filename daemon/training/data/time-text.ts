import type { Frequency } from "../../forecasting/panel/frequency.ts";
import { zonedText } from "./time-zone.ts";

const wholeDays: ReadonlySet<string> = new Set(["day", "business day", "week", "month", "quarter", "year"]);

/** A step's time as outputs write it: a date where steps are days or longer and fall on midnight, else date and time (ISO 8601, wall clock). */
export function timeText(milliseconds: number, frequency: Frequency, zone?: string | undefined): string {
  const iso = new Date(milliseconds).toISOString();
  if (wholeDays.has(frequency.unit) && iso.endsWith("T00:00:00.000Z")) return iso.slice(0, 10);
  return zone === undefined ? iso.slice(0, 19) : zonedText(milliseconds, zone);
}

/** The same for many steps: each time is written once, since the series of a panel share most of them. */
export function timeTexts(frequency: Frequency, zone?: string | undefined): (milliseconds: number) => string {
  const known = new Map<number, string>();
  return (milliseconds) => {
    const text = known.get(milliseconds) ?? timeText(milliseconds, frequency, zone);
    known.set(milliseconds, text);
    return text;
  };
}
