import { z } from "zod";
import { quantileOfSorted } from "../numerics/quantile.ts";
import { naturalSeasons } from "../panel/frequency.ts";
import { type Covariate, type Panel, rowsOf, seriesCount } from "../panel/panel.ts";

/**
 * What happens to the target where the known covariate `column` has `value` (a text of a text column), which it has
 * rarely: it is `effect` times what is usual, or differs from it by `effect`.
 */
export const eventRule = z.object({
  column: z.string(),
  value: z.union([z.number(), z.string()]),
  /** Value that the column has nearly always. */
  usual: z.union([z.number(), z.string()]),
  kind: z.enum(["ratio", "difference"]),
  effect: z.number(),
  /** Standard deviation of the effect from event to event. */
  spread: z.number().nonnegative(),
});

export type EventRule = z.infer<typeof eventRule>;

/** Different values of a column up to which each is looked at: flags and kinds of days, not prices. */
const mostValues = 20;

/** Largest share of the steps that are events: of what comes oftener, models learn enough by themselves. */
const mostShare = 0.04;

/** Events that show an effect, each this many times as far from the usual as other values are. */
const [fewestEvents, timesAsFar] = [2, 6];

/** Share of the events that may be otherwise: of fewer than ten none, of a panel's many a few. */
const mostOtherwise = 0.1;

/** Events of one value that are looked at, at most. */
const mostEvents = 2000;

/** A ratio between these is left to the models. */
const [plainLow, plainHigh] = [0.6, 1.5];

/** Seasons before and after a step that tell what is usual at it. */
const neighbours = 4;

/** Steps of a series at which the usual deviation is measured, at most. */
const mostLooked = 400;

/** Smallest spread of an effect, as a share of it: two or three events tell little of the next. */
const leastSpread = 0.05;

/** Finds rare values of known covariates at which the target is far from the usual, nearly every time. */
export function findEventRules(panel: Panel): EventRule[] {
  return panel.known.flatMap((covariate) => rulesOf(panel, covariate));
}

function rulesOf(panel: Panel, covariate: Covariate): EventRule[] {
  const counts = countsByValue(panel, covariate);
  if (counts === undefined || counts.size < 2) return [];
  const [usual] = [...counts].reduce((most, entry) => (entry[1] > most[1] ? entry : most));
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const rare = [...counts].filter(([, count]) => count >= fewestEvents && count <= mostShare * total);
  const textOf = (value: number) => covariate.categories?.[value] ?? value;
  return rare.flatMap(([value]) => {
    const effect = effectOf(panel, covariate, usual, eventsOf(panel, covariate, value));
    if (effect === undefined) return [];
    return [{ column: covariate.name, value: textOf(value), usual: textOf(usual), ...effect }];
  });
}

/** Calls `act` for the rows of the past that have a target and a value of a column. */
function forEachPastRow(
  panel: Panel,
  { values }: Covariate,
  act: (value: number, row: number, series: number) => boolean,
): void {
  for (let series = 0; series < seriesCount(panel); series++) {
    const { start, pastEnd } = rowsOf(panel, series);
    for (let row = start; row < pastEnd; row++) {
      const value = values[row]!;
      if (Number.isNaN(value) || Number.isNaN(panel.target[row]!)) continue;
      if (!act(value, row, series)) return;
    }
  }
}

/** How often a column has each value; undefined if it has too many values to be a flag. */
function countsByValue(panel: Panel, covariate: Covariate): Map<number, number> | undefined {
  const counts = new Map<number, number>();
  forEachPastRow(panel, covariate, (value) => {
    counts.set(value, (counts.get(value) ?? 0) + 1);
    return counts.size <= mostValues;
  });
  return counts.size <= mostValues ? counts : undefined;
}

interface EventRow {
  readonly series: number;
  readonly row: number;
}

/** The first rows with a value. */
function eventsOf(panel: Panel, covariate: Covariate, wanted: number): EventRow[] {
  const rows: EventRow[] = [];
  forEachPastRow(panel, covariate, (value, row, series) => {
    if (value === wanted) rows.push({ series, row });
    return rows.length < mostEvents;
  });
  return rows;
}

function effectOf(
  panel: Panel,
  { values }: Covariate,
  usual: number,
  rows: readonly EventRow[],
): Pick<EventRule, "kind" | "effect" | "spread"> | undefined {
  const season = naturalSeasons(panel.frequency)[0] ?? 1;
  const deviations = new Map<number, number>();
  const plain = (row: number) => values[row] === usual;
  const found = rows.flatMap(({ series, row }) => {
    const base = usualAt(panel, series, row, season, plain);
    if (base === undefined) return [];
    if (!deviations.has(series)) deviations.set(series, usualDeviation(panel, series, season, plain));
    return [{ actual: panel.target[row]!, base, far: Math.abs(panel.target[row]! - base) / deviations.get(series)! }];
  });
  const above = found.filter(({ actual, base }) => actual > base).length > found.length / 2;
  const clear = found.filter(({ actual, base, far }) => far >= timesAsFar && actual > base === above);
  if (clear.length < fewestEvents || found.length - clear.length > mostOtherwise * found.length) return undefined;
  // Zero however much is usual: a day of rest.
  if (found.every(({ actual }) => actual === 0)) return { kind: "ratio", effect: 0, spread: 0 };
  const ratios = found.map(({ actual, base }) => actual / base);
  const differences = found.map(({ actual, base }) => actual - base);
  const scaled = found.every(({ base, actual }) => base > 0 && actual > 0);
  const ratio = momentsOf(ratios);
  if (scaled && ratio.median > plainLow && ratio.median < plainHigh) return undefined;
  const difference = momentsOf(differences);
  return scaled && ratio.relative <= difference.relative
    ? { kind: "ratio", effect: ratio.median, spread: ratio.spread }
    : { kind: "difference", effect: difference.median, spread: difference.spread };
}

/** Median, standard deviation (never below a share of the median), and the deviation as a share of the median. */
function momentsOf(values: readonly number[]): { median: number; spread: number; relative: number } {
  const median = quantileOfSorted(Float64Array.from(values).sort(), 0.5, "linear");
  const squares = values.reduce((sum, value) => sum + (value - median) ** 2, 0);
  // The standard error of a prediction from n values: with few events the next one is less certain.
  const deviation = Math.sqrt((squares / (values.length - 1)) * (1 + 1 / values.length));
  const spread = Math.max(deviation, leastSpread * Math.abs(median));
  return { median, spread, relative: deviation / Math.abs(median) };
}

/** The median of a series at the same step of the seasons around, at rows that `plain` accepts; undefined if there is none. */
function usualAt(
  panel: Panel,
  series: number,
  row: number,
  season: number,
  plain: (row: number) => boolean,
): number | undefined {
  const { start, pastEnd } = rowsOf(panel, series);
  const near: number[] = [];
  for (const distance of [season, 1]) {
    for (let turn = 1; turn <= neighbours; turn++) {
      for (const other of [row - turn * distance, row + turn * distance]) {
        if (other < start || other >= pastEnd || !plain(other) || Number.isNaN(panel.target[other]!)) continue;
        near.push(panel.target[other]!);
      }
    }
    if (near.length >= 2) break;
  }
  return near.length === 0 ? undefined : quantileOfSorted(Float64Array.from(near).sort(), 0.5, "linear");
}

/** How far the plain steps of a series are from what is usual at them: the median of the distances, never zero. */
function usualDeviation(panel: Panel, series: number, season: number, plain: (row: number) => boolean): number {
  const { start, pastEnd } = rowsOf(panel, series);
  const stride = Math.max(1, Math.floor((pastEnd - start) / mostLooked));
  const distances: number[] = [];
  let size = 0;
  for (let row = start; row < pastEnd; row += stride) {
    if (!plain(row) || Number.isNaN(panel.target[row]!)) continue;
    const base = usualAt(panel, series, row, season, plain);
    if (base === undefined) continue;
    distances.push(Math.abs(panel.target[row]! - base));
    size += Math.abs(base);
  }
  if (distances.length === 0) return Number.POSITIVE_INFINITY;
  const median = quantileOfSorted(Float64Array.from(distances).sort(), 0.5, "linear");
  // A series that hardly moves would make an event of every ripple.
  return Math.max(median, (0.01 * size) / distances.length, Number.MIN_VALUE);
}
