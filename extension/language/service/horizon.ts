import { parseSpan } from "../../../protocol/experiment/values.ts";
import type { PanelFacts } from "../../../protocol/facts.ts";
import { type ForecastDocument, valueAt } from "./document.ts";

const dayMinutes = 1440;

/** Average length of a unit in minutes; a business day is 7/5 of a day, so that a week holds five. */
const minutesOf: Readonly<Record<string, number>> = {
  second: 1 / 60,
  minute: 1,
  hour: 60,
  day: dayMinutes,
  "business day": dayMinutes * 1.4,
  week: 7 * dayMinutes,
  month: 30.436875 * dayMinutes,
  quarter: 3 * 30.436875 * dayMinutes,
  year: 12 * 30.436875 * dayMinutes,
};

/** Unit and multiple of a frequency such as `day` or `15 minutes`; undefined where the text is none. */
export function readFrequency(text: string): { unit: string; multiple: number } | undefined {
  const [, multiple, unit] = /^(?:(\d+)\s+)?(.+?)s?$/.exec(text.trim().toLowerCase()) ?? [];
  return unit !== undefined && unit in minutesOf ? { unit, multiple: Number(multiple ?? 1) } : undefined;
}

/** Steps that `forecast.horizon` means at this frequency; undefined where either is missing or wrong. */
export function horizonSteps(document: ForecastDocument, frequency: string | undefined): number | undefined {
  const written = valueAt(document, ["forecast", "horizon"]);
  if (typeof written === "number") return Number.isInteger(written) && written > 0 ? written : undefined;
  const span = typeof written === "string" ? parseSpan(written) : undefined;
  const step = frequency === undefined ? undefined : readFrequency(frequency);
  if (span === undefined || step === undefined) return undefined;
  return Math.max(1, Math.round((span.amount * minutesOf[span.unit]!) / (minutesOf[step.unit]! * step.multiple)));
}

/** A whole number of at least `least` at `path`, else `fallback`. */
export function integerAt(document: ForecastDocument, path: readonly string[], fallback: number, least = 0): number {
  const value = valueAt(document, path);
  return typeof value === "number" && Number.isInteger(value) && value >= least ? value : fallback;
}

/** First and last time of the forecast window as ISO texts, without a time of day where the step has none. */
export function horizonDates(panel: PanelFacts, gap: number, steps: number): { from: string; to: string } | undefined {
  const step = readFrequency(panel.frequency);
  const end = Date.parse(panel.end.length <= 10 ? `${panel.end}T00:00:00Z` : panel.end.replace(/Z?$/, "Z"));
  if (step === undefined || Number.isNaN(end)) return undefined;
  const coarse = minutesOf[step.unit]! >= dayMinutes;
  const at = (ahead: number) => {
    const text = new Date(advance(end, step, ahead)).toISOString();
    return coarse ? text.slice(0, 10) : text.slice(0, 16).replace("T", " ");
  };
  return { from: at(gap + 1), to: at(gap + steps) };
}

function advance(start: number, step: { unit: string; multiple: number }, steps: number): number {
  const amount = steps * step.multiple;
  const date = new Date(start);
  const months = { month: 1, quarter: 3, year: 12 }[step.unit];
  if (months !== undefined) {
    const lastDay = (month: number) => new Date(Date.UTC(date.getUTCFullYear(), month + 1, 0)).getUTCDate();
    const target = date.getUTCMonth() + amount * months;
    const endOfMonth = date.getUTCDate() === lastDay(date.getUTCMonth());
    const day = endOfMonth ? lastDay(target) : Math.min(date.getUTCDate(), lastDay(target));
    return Date.UTC(date.getUTCFullYear(), target, day);
  }
  if (step.unit === "business day") return advanceBusinessDays(start, amount);
  return start + amount * minutesOf[step.unit]! * 60_000;
}

function advanceBusinessDays(start: number, days: number): number {
  let at = start;
  for (let left = days; left > 0; ) {
    at += dayMinutes * 60_000;
    const weekday = new Date(at).getUTCDay();
    if (weekday !== 0 && weekday !== 6) left--;
  }
  return at;
}
