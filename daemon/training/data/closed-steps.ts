import type { Frequency } from "../../forecasting/panel/frequency.ts";

const [hourMs, dayMs] = [3_600_000, 86_400_000];

/** Times that a weekday or an hour must lie in the history without a value to count as closed. */
const fewestTurns = 4;

/** Share of the other steps that must have values: a sparse series is not closed, it just sells rarely. */
const openShare = 0.75;

/** The parts that steps go through again and again: seven weekdays from Monday (0), or 24 hours. */
export interface Cycle {
  readonly count: number;
  /** Part of a time in milliseconds. */
  readonly partOf: (time: number) => number;
}

/** How daily or hourly steps repeat; undefined for other steps. */
export function cycleOf({ unit, multiple }: Frequency): Cycle | undefined {
  if (multiple !== 1) return undefined;
  // 1970-01-01 was a Thursday, weekday 3.
  if (unit === "day") return { count: 7, partOf: (time) => (((Math.floor(time / dayMs) + 3) % 7) + 7) % 7 };
  if (unit === "hour") return { count: 24, partOf: (time) => ((Math.floor(time / hourMs) % 24) + 24) % 24 };
  return undefined;
}

/**
 * The weekdays of a daily series, or the hours of an hourly one, on which it never has a value while it nearly always has
 * one on the others: a shop that is closed on Sundays or at night. `time` and `values` are those of its history.
 */
export function closedParts(time: Float64Array, values: Float64Array, { count, partOf }: Cycle): number[] {
  const [seen, present] = [new Int32Array(count), new Int32Array(count)];
  values.forEach((value, step) => {
    const part = partOf(time[step]!);
    seen[part]! += 1;
    if (!Number.isNaN(value)) present[part]! += 1;
  });
  const all = Array.from({ length: count }, (_, part) => part);
  const open = all.filter((part) => present[part]! > 0);
  const steps = open.reduce((sum, part) => sum + seen[part]!, 0);
  const filled = open.reduce((sum, part) => sum + present[part]!, 0);
  if (filled < openShare * steps) return [];
  return all.filter((part) => present[part] === 0 && seen[part]! >= fewestTurns);
}

const weekdays = ["Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays"];

/** Closed weekdays or hours in words, such as `on Saturdays and Sundays` or `at 22:00 and 23:00`. */
export function closedWords(parts: readonly number[], { unit }: Frequency): string {
  const names = parts.map((part) => (unit === "day" ? weekdays[part]! : `${String(part).padStart(2, "0")}:00`));
  const last = names.at(-1)!;
  const words = names.length === 1 ? last : `${names.slice(0, -1).join(", ")} and ${last}`;
  return unit === "day" ? `on ${words}` : `at ${words}`;
}
