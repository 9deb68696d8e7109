import type { Frequency } from "../../forecasting/panel/frequency.ts";

const [hourMs, dayMs] = [3_600_000, 86_400_000];

/** Times that a day of the week or hour of the day must have been passed over to count as closed. */
const fewestTurns = 4;

/** Share of the other steps that must have values: a sparse series is not closed, it just sells rarely. */
const openShare = 0.75;

/** Days of the week or hours of the day, of one series. */
export interface ClosedSteps {
  /** Numbers of the parts that never have a value: weekdays from Monday (0), or hours. */
  readonly parts: readonly number[];
  /** Part of each step of the series. */
  readonly partOf: (time: number) => number;
}

/** How daily or hourly steps repeat: the number of parts, and the part of a time. Undefined for other steps. */
function cycleOf({
  unit,
  multiple,
}: Frequency): { readonly count: number; readonly partOf: (time: number) => number } | undefined {
  if (multiple !== 1) return undefined;
  // 1970-01-01 was a Thursday, weekday 3.
  if (unit === "day") return { count: 7, partOf: (time) => (((Math.floor(time / dayMs) + 3) % 7) + 7) % 7 };
  if (unit === "hour") return { count: 24, partOf: (time) => ((Math.floor(time / hourMs) % 24) + 24) % 24 };
  return undefined;
}

/**
 * Finds the weekdays of a daily series, or the hours of an hourly one, on which it never has a value while it nearly
 * always has one on the others: a shop that is closed on Sundays or at night. `time` and `values` are those of its history.
 * Undefined if there are none.
 */
export function closedSteps(time: Float64Array, values: Float64Array, frequency: Frequency): ClosedSteps | undefined {
  const cycle = cycleOf(frequency);
  if (cycle === undefined) return undefined;
  const [seen, present] = [new Int32Array(cycle.count), new Int32Array(cycle.count)];
  values.forEach((value, step) => {
    const part = cycle.partOf(time[step]!);
    seen[part]! += 1;
    if (!Number.isNaN(value)) present[part]! += 1;
  });
  const all = Array.from({ length: cycle.count }, (_, part) => part);
  const parts = all.filter((part) => present[part] === 0 && seen[part]! >= fewestTurns);
  const open = all.filter((part) => present[part]! > 0);
  const steps = open.reduce((sum, part) => sum + seen[part]!, 0);
  const filled = open.reduce((sum, part) => sum + present[part]!, 0);
  return parts.length > 0 && filled >= openShare * steps ? { parts, partOf: cycle.partOf } : undefined;
}

const weekdays = ["Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays"];

/** Closed weekdays or hours in words, such as `Saturdays and Sundays` or `from 22 to 6 o'clock`. */
export function closedWords(parts: readonly number[], { unit }: Frequency): string {
  const names = parts.map((part) => (unit === "day" ? weekdays[part]! : `${String(part).padStart(2, "0")}:00`));
  const last = names.at(-1)!;
  const words = names.length === 1 ? last : `${names.slice(0, -1).join(", ")} and ${last}`;
  return unit === "day" ? `on ${words}` : `at ${words}`;
}
