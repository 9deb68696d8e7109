import { quantileOfSorted } from "../numerics/quantile.ts";
import { uniformStream } from "../numerics/random.ts";
import { type Panel, rowsOf } from "../panel/panel.ts";
import { panelAt } from "../panel/panel-at.ts";
import { type ErrorScale, errorScale } from "./scale.ts";

/** One rolling origin as scoring sees it: what came after it. */
export interface FoldTruth {
  /** 0 is the latest origin. */
  readonly index: number;
  /** Steps between this origin and the end of each series' history. */
  readonly stepsBack: number;
  /** Indices into the whole panel, one a row: series too short for this origin are left out. */
  readonly series: Int32Array;
  /** What came: series × horizon, NaN where nothing was measured. */
  readonly actual: Float64Array;
  /** Scale of the errors of each series, from its history before the origin. */
  readonly scales: readonly ErrorScale[];
}

/** One rolling origin with what was known then. */
export interface Fold extends FoldTruth {
  /** The panel as it stood at the origin. */
  readonly panel: Panel;
}

/** Where the rolling origins lie. */
export interface FoldPlan {
  readonly horizon: number;
  readonly gap: number;
  /** Steps between two origins. */
  readonly step: number;
  /** Season of the scaled errors. */
  readonly season: number;
  /** Where there are more series than these many, models are judged on a sample of them, drawn with this seed. */
  readonly sample?: { readonly most: number; readonly seed: number };
}

/** Fewest steps of history a series needs before an origin. */
const shortestHistory = 3;

/** Origins where the experiment does not say how many. */
export const fewestWindows = 3;

/** Origins at most where one fit serves them all. */
const mostWindows = 6;

/** One fit serves origins that lie within this share of the shortest history: what came between would hardly change it. */
const oneFitShare = 0.1;

/**
 * The same for a model of all series together, by the median history: it learns little from a series' last values that the
 * others do not tell, and a fit for each origin would leave no time for other candidates.
 */
const oneGlobalFitShare = 0.4;

/** Rolling origins, and the models that are fitted once for all of them, at the oldest. */
export interface Windows {
  readonly windows: number;
  /** Every model. */
  readonly oneFit: boolean;
  /** Models of all series together. */
  readonly oneGlobalFit: boolean;
}

/**
 * How many origins there are, and whether a model that is fitted at the oldest serves the newer ones too. Where every model does and
 * `wanted` is left out there are more than three: they cost next to nothing, and a few windows of few series tell little.
 */
export function chooseWindows(panel: Panel, plan: FoldPlan, wanted: number | undefined): Windows {
  const lengths = panel.history.filter((length) => length > 0).sort();
  const shortest = lengths[0] ?? 0;
  const median = lengths.length > 0 ? quantileOfSorted(lengths, 0.5, "upper") : 0;
  const close = Math.min(mostWindows, 1 + Math.floor((oneFitShare * shortest) / plan.step));
  const longest = judgedSeries(panel, plan).reduce((most, series) => Math.max(most, panel.history[series]!), 0);
  const windows = reachableWindows(longest, plan, wanted ?? Math.max(fewestWindows, close));
  const apart = (windows - 1) * plan.step;
  const reached = shortest - plan.gap - plan.horizon - apart >= shortestHistory;
  return {
    windows,
    oneFit: windows > 1 && reached && apart <= oneFitShare * shortest,
    oneGlobalFit: windows > 1 && apart <= oneGlobalFitShare * median,
  };
}

/** How many origins, at most `windows`, a series of this length reaches. */
function reachableWindows(longest: number, plan: FoldPlan, windows: number): number {
  const room = longest - shortestHistory - plan.gap - plan.horizon;
  return room < 0 ? 0 : Math.min(windows, 1 + Math.floor(room / plan.step));
}

/** Where origin `index` lies, counted back from the end of the history, and the series that are long enough for it. */
export function originAt(panel: Panel, plan: FoldPlan, index: number): Pick<FoldTruth, "stepsBack" | "series"> {
  const stepsBack = plan.gap + plan.horizon + index * plan.step;
  const rows = judgedSeries(panel, plan);
  return { stepsBack, series: rows.filter((row) => panel.history[row]! - stepsBack >= shortestHistory) };
}

/** Series that are long enough for the latest origin: all of them, or one from each of as many equal runs as the sample has. */
export function judgedSeries(panel: Panel, { horizon, gap, sample }: FoldPlan): Int32Array {
  const stepsBack = gap + horizon;
  const long = Int32Array.from(panel.history.keys()).filter(
    (row) => panel.history[row]! - stepsBack >= shortestHistory,
  );
  if (sample === undefined || long.length <= sample.most) return long;
  // By chance within each run: every n-th series could always be the same product of another shop.
  const random = uniformStream(sample.seed);
  const run = long.length / sample.most;
  return Int32Array.from({ length: sample.most }, (_, index) => long[Math.floor((index + random()) * run)]!);
}

/** The fold at origin `index`, counted back from the end of the history; without series where none is long enough. */
export function foldAt(panel: Panel, plan: FoldPlan, index: number): Fold {
  const { stepsBack, series } = originAt(panel, plan, index);
  const past = panelAt(panel, series, stepsBack, plan.gap + plan.horizon);
  return {
    index,
    stepsBack,
    panel: past,
    series,
    actual: actualAfter(panel, series, stepsBack - plan.gap, plan.horizon),
    scales: Array.from(series, (_, row) => errorScale(past, row, plan.season)),
  };
}

function actualAfter(panel: Panel, series: Int32Array, stepsBack: number, horizon: number): Float64Array {
  const actual = new Float64Array(series.length * horizon);
  series.forEach((row, index) => {
    const start = rowsOf(panel, row).pastEnd - stepsBack;
    actual.set(panel.target.subarray(start, start + horizon), index * horizon);
  });
  return actual;
}
