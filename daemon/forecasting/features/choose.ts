import { type Covariate, type Panel, seriesCount } from "../panel/panel.ts";
import { meanAutocorrelation, peakLags } from "./autocorrelation.ts";
import { calendarPartsOf } from "./calendar.ts";
import { OrderedEncoding, seriesTexts } from "./encoding.ts";
import { HolidayTable, holidayPartsOf } from "./holidays.ts";
import { type FeaturePlan, seriesColumn } from "./plan.ts";
import type { ScalingSpec } from "./scaling.ts";
import { screenCovariates } from "./screen.ts";
import { longestPast } from "./series-view.ts";
import { type FeatureSpec, featureName } from "./spec.ts";
import { finalMeans, rowTextMeans, textsSeen } from "./text-encoding.ts";

export interface PlanRequest {
  readonly horizon: number;
  readonly gap: number;
  /** Candidate season lengths, shortest first. */
  readonly seasons: readonly number[];
  readonly scaling: ScalingSpec;
  /** Adds Fourier terms, for models that cannot follow a date part by steps. */
  readonly fourier: boolean;
  /**
   * Known covariates of which only features are made that rise with the value at the target moment whatever its other values
   * in the window are: what a monotone constraint needs.
   */
  readonly direct?: ReadonlySet<string>;
}

/** Texts a column may have before it is encoded by its mean target instead of being a category. */
const mostCategories = 250;
/** Texts that a split can tell apart by itself: a column of rows with more is encoded by its mean target too. */
const fewCategories = 10;

/** Chooses the features of a panel from its frequency, seasons, autocorrelation, covariates and calendar. */
export function choosePlan(panel: Panel, request: PlanRequest): FeaturePlan {
  const { usable, dropped } = screenCovariates(panel);
  const longest = longestPast(panel);
  const seasons = request.seasons.filter((season) => season >= 2 && longest >= 2 * season);
  const base: FeaturePlan = {
    frequency: { ...panel.frequency },
    horizon: request.horizon,
    gap: request.gap,
    scaling: request.scaling,
    fallbackScale: meanSize(panel),
    features: [],
    categories: {},
    encodings: {},
    ...(panel.calendar === undefined ? {} : { calendar: { ...panel.calendar } }),
    dropped: dropped.map(({ name, reason }) => ({ name, reason })),
  };
  const keep = (covariates: readonly Covariate[]) => covariates.filter(({ name }) => usable.has(name));
  const features = [
    { kind: "step" } as const,
    ...historyFeatures(panel, seasons, longest),
    ...observedFeatures(panel, keep(panel.observed), base, seasons),
    ...knownFeatures(panel, keep(panel.known), base, seasons, request.direct ?? new Set()),
    ...calendarFeatures(panel, request, seasons),
    ...seriesFeatures(panel, keep(panel.static), base),
  ];
  const byName = new Map(features.map((spec) => [featureName(spec), spec]));
  return { ...base, features: [...byName.values()] };
}

function historyFeatures(panel: Panel, seasons: readonly number[], longest: number): FeatureSpec[] {
  const main = seasons[0] ?? 1;
  const reach = Math.min(800, Math.max(24, 2 * main), Math.floor(longest / 3));
  const correlation = meanAutocorrelation(panel, Math.max(1, reach));
  const lags = new Set([0, 1, 2, 3, 4, 5, 6, ...peakLags(correlation, 4).map((lag) => lag - 1)]);
  const windows = new Set([3, 6, 12, ...seasons.flatMap((season) => [season, 2 * season]), 4 * main, 28]);
  const fits = (steps: number): boolean => steps >= 2 && 2 * steps <= longest;
  const specs: FeatureSpec[] = [...lags].filter((lag) => lag < longest / 3).map((lag) => ({ kind: "lag", lag }));
  for (const window of [...windows].filter(fits).sort((a, b) => a - b)) {
    specs.push({ kind: "rolling", statistic: "mean", window });
    specs.push({ kind: "rolling", statistic: "deviation", window });
  }
  for (const halfLife of [2, 8, main > 8 ? main : 32].filter(fits)) specs.push({ kind: "weighted", halfLife });
  specs.push({ kind: "expanding" });
  for (const season of seasons) specs.push(...seasonFeatures(season, longest));
  if (zeroShare(panel) > 0.05) {
    specs.push({ kind: "since demand" }, { kind: "rolling", statistic: "zeros", window: Math.max(main, 6) });
    if (fits(2 * main)) specs.push({ kind: "rolling", statistic: "zeros", window: Math.max(12, 4 * main) });
  }
  return specs;
}

function seasonFeatures(season: number, longest: number): FeatureSpec[] {
  const specs: FeatureSpec[] = [];
  const cycles = Math.floor(longest / season);
  for (let back = 0; back < Math.min(3, cycles - 1); back++) specs.push({ kind: "season", season, back, shift: 0 });
  for (const shift of season >= 4 ? [-1, 1] : []) specs.push({ kind: "season", season, back: 0, shift });
  for (const count of [2, 4, 8]) if (count < cycles) specs.push({ kind: "season mean", season, count });
  return specs;
}

function observedFeatures(
  panel: Panel,
  covariates: readonly Covariate[],
  plan: FeaturePlan,
  seasons: readonly number[],
): FeatureSpec[] {
  const window = seasons[0] ?? 6;
  return covariates.flatMap((covariate): FeatureSpec[] => {
    const { name: column, categories } = covariate;
    if (categories !== undefined) return textFeatures(panel, covariate, "origin", plan);
    return [
      { kind: "lag", column, lag: 0 },
      { kind: "lag", column, lag: 1 },
      { kind: "rolling", column, statistic: "mean", window },
      { kind: "weighted", column, halfLife: 2 },
      { kind: "expanding", column },
      ...seasons.map((season): FeatureSpec => ({ kind: "season", season, back: 0, shift: 0, column })),
    ];
  });
}

/** A text of each row: the category itself where there are few enough, its mean target where there are many. */
function textFeatures(panel: Panel, covariate: Covariate, at: "target" | "origin", plan: FeaturePlan): FeatureSpec[] {
  const column = covariate.name;
  const seen = textsSeen(panel, covariate).size;
  const specs: FeatureSpec[] = [];
  if (seen <= mostCategories) {
    plan.categories[column] = [...covariate.categories!];
    specs.push(at === "target" ? { kind: "known", column, shift: 0 } : { kind: "lag", column, lag: 0 });
  }
  if (seen > fewCategories) {
    plan.encodings[column] = finalMeans(rowTextMeans(panel, covariate, at, plan));
    specs.push({ kind: "encoding", column, at });
  }
  return specs;
}

function knownFeatures(
  panel: Panel,
  covariates: readonly Covariate[],
  plan: FeaturePlan,
  seasons: readonly number[],
  direct: ReadonlySet<string>,
): FeatureSpec[] {
  const main = seasons[0] ?? 12;
  return covariates.flatMap((covariate): FeatureSpec[] => {
    const { name: column, categories, values } = covariate;
    if (categories !== undefined) return textFeatures(panel, covariate, "target", plan);
    const shifts = direct.has(column) ? [0] : [-1, 0, 1];
    const specs: FeatureSpec[] = shifts.map((shift) => ({ kind: "known", column, shift }));
    if (isFlag(values)) return specs;
    specs.push({ kind: "known change", column, window: Math.max(main, 4) });
    for (const season of seasons) specs.push({ kind: "known change", column, season });
    if (!direct.has(column) && values.every((value) => !(value <= 0)))
      specs.push({ kind: "known ratio", column, window: Math.min(52, 2 * main) });
    return specs;
  });
}

function calendarFeatures(panel: Panel, request: PlanRequest, seasons: readonly number[]): FeatureSpec[] {
  const specs: FeatureSpec[] = calendarPartsOf(panel.frequency).map((part) => ({ kind: "calendar", part }));
  if (panel.calendar !== undefined) {
    const hasSchool = new HolidayTable(panel.calendar).hasSchoolHolidays(...spanOf(panel));
    specs.push(...holidayPartsOf(panel.frequency, hasSchool).map((part): FeatureSpec => ({ kind: "holiday", part })));
  }
  if (!request.fourier) return specs;
  for (const period of seasons) {
    for (let order = 1; order <= Math.min(10, Math.floor(period / 2)); order++) {
      specs.push({ kind: "fourier", period, order, wave: "sine" }, { kind: "fourier", period, order, wave: "cosine" });
    }
  }
  return specs;
}

/** First and last moment of a panel. */
function spanOf({ time }: Panel): [number, number] {
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const moment of time) {
    if (moment < first) first = moment;
    if (moment > last) last = moment;
  }
  return [first, last];
}

function seriesFeatures(panel: Panel, covariates: readonly Covariate[], plan: FeaturePlan): FeatureSpec[] {
  const count = seriesCount(panel);
  const specs: FeatureSpec[] = [];
  if (count < 2) return specs;
  // A single key column names the series; several are worth telling apart.
  const keys = panel.keyColumns.length > 1 ? panel.keyColumns : [];
  const texts = covariates.filter(({ categories }) => categories !== undefined).map(({ name }) => name);
  for (const column of [...keys, ...texts]) {
    const values = seriesTexts(panel, column)!;
    const distinct = [...new Set(values)];
    if (distinct.length < 2) continue;
    plan.encodings[column] = new OrderedEncoding(panel, values).final();
    specs.push({ kind: "encoding", column });
    if (distinct.length > mostCategories) continue;
    plan.categories[column] = distinct;
    specs.push({ kind: "static", column });
  }
  for (const { name, categories } of covariates)
    if (categories === undefined) specs.push({ kind: "static", column: name });
  if (count <= mostCategories) {
    plan.categories[seriesColumn] = panel.keys.map((key) => JSON.stringify(key));
    specs.push({ kind: "series" });
  }
  return specs;
}

function isFlag(values: Float64Array): boolean {
  return values.every((value) => value === 0 || value === 1 || Number.isNaN(value));
}

function zeroShare(panel: Panel): number {
  let zeros = 0;
  let count = 0;
  for (const value of panel.target) {
    if (Number.isNaN(value)) continue;
    count++;
    if (value === 0) zeros++;
  }
  return count > 0 ? zeros / count : 0;
}

function meanSize(panel: Panel): number {
  let sum = 0;
  let count = 0;
  for (const value of panel.target) {
    if (Number.isNaN(value)) continue;
    sum += Math.abs(value);
    count++;
  }
  return sum > 0 ? sum / count : 1;
}
