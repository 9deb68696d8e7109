import { quantileOfSorted } from "../numerics/quantile.ts";
import { naturalSeasons } from "../panel/frequency.ts";
import { type Panel, pastOf, seriesCount } from "../panel/panel.ts";

/** What the choice of candidates depends on. */
export interface PanelFacts {
  readonly series: number;
  /** Steps of history: the median series and the longest one. */
  readonly medianLength: number;
  readonly longest: number;
  /** Rows of history over all series. */
  readonly rows: number;
  /** Season lengths in steps that the longest series covers at least twice, shortest first. */
  readonly seasons: readonly number[];
  /** Share of series whose demand is intermittent. */
  readonly intermittent: number;
  /** Share of series that never change. */
  readonly constant: number;
  /** Covariates whose values are known in advance. */
  readonly known: number;
}

/** Series that are looked at for shares; more would not change the choice. */
const sampleSize = 2000;

/** Average demand interval from which demand counts as intermittent (Syntetos, Boylan and Croston 2005). */
const intermittentInterval = 1.32;

/** Summarises a panel for the search. */
export function panelFacts(panel: Panel): PanelFacts {
  const count = seriesCount(panel);
  const lengths = panel.history.filter((length) => length > 0).sort();
  const longest = lengths.at(-1) ?? 0;
  const stride = Math.max(1, Math.floor(count / sampleSize));
  let looked = 0;
  let intermittent = 0;
  let constant = 0;
  for (let index = 0; index < count; index += stride) {
    const past = pastOf(panel, panel.target, index);
    if (past.length === 0) continue;
    looked++;
    if (isIntermittent(past)) intermittent++;
    if (isConstant(past)) constant++;
  }
  return {
    series: count,
    medianLength: lengths.length > 0 ? quantileOfSorted(lengths, 0.5, "upper") : 0,
    longest,
    rows: lengths.reduce((sum, length) => sum + length, 0),
    seasons: naturalSeasons(panel.frequency).filter((season) => longest >= 2 * season),
    intermittent: looked === 0 ? 0 : intermittent / looked,
    constant: looked === 0 ? 0 : constant / looked,
    known: panel.known.length,
  };
}

function isIntermittent(past: Float64Array): boolean {
  let demands = 0;
  for (const value of past) {
    if (value < 0) return false;
    if (value > 0) demands++;
  }
  return demands > 0 && past.length / demands >= intermittentInterval;
}

function isConstant(past: Float64Array): boolean {
  return past.every((value) => value === past[0] || Number.isNaN(value));
}
