import type { Frequency } from "../../forecasting/panel/frequency.ts";

const wholeDays: ReadonlySet<string> = new Set(["day", "business day", "week", "month", "quarter", "year"]);

/** A step's time as outputs write it: a date where steps are days or longer and fall on midnight, else date and time (ISO 8601, wall clock). */
export function timeText(milliseconds: number, frequency: Frequency): string {
  const iso = new Date(milliseconds).toISOString();
  return wholeDays.has(frequency.unit) && iso.endsWith("T00:00:00.000Z") ? iso.slice(0, 10) : iso.slice(0, 19);
}

/** The same for many steps: each time is written once, since the series of a panel share most of them. */
export function timeTexts(frequency: Frequency): (milliseconds: number) => string {
  const known = new Map<number, string>();
  return (milliseconds) => {
    const text = known.get(milliseconds) ?? timeText(milliseconds, frequency);
    known.set(milliseconds, text);
    return text;
  };
}
