import type { DataProfile, Intermittency, SeriesProfile } from "../../../protocol/profile.ts";
import { median } from "../../forecasting/numerics/quantile.ts";
import { frequencyName, naturalSeasons } from "../../forecasting/panel/frequency.ts";
import type { Panel } from "../../forecasting/panel/panel.ts";
import { profileCovariates } from "./profile-covariates.ts";
import { profileSeries } from "./profile-series.ts";

/** Values that the closer look takes: more would not change a median, but the time it takes. */
const valuesLooked = 400_000;
const seriesLooked = 500;
const seriesDetailed = 200;

/** A stretch of rows of one series that is looked at closely. */
export interface Stretch {
  readonly series: number;
  /** First row and the row after the last, within the history. */
  readonly from: number;
  readonly to: number;
}

/**
 * Describes a panel: lengths, gaps, demand classes, seasons, trend, outliers, and how each covariate goes with the target.
 * Looks at up to 500 evenly chosen series and 400,000 values, of very long series at their latest ones.
 */
export function profilePanel(panel: Panel): DataProfile {
  const stretches = chooseStretches(panel);
  const seasons = naturalSeasons(panel.frequency);
  const profiles = stretches.map((stretch) => profileSeries(panel, stretch, seasons));
  return {
    ...overall(panel),
    intermittency: classes(profiles),
    trend: medianOrZero(profiles.map((profile) => profile.trend)),
    seasons: seasons.flatMap((season) => {
      const strengths = profiles.flatMap((profile) =>
        profile.seasons.filter((entry) => entry.season === season).map((entry) => entry.strength),
      );
      return strengths.length === 0 ? [] : [{ season, strength: median(strengths) }];
    }),
    outliers: profiles.reduce((sum, profile) => sum + profile.outliers, 0),
    covariates: profileCovariates(panel, stretches),
    seriesLooked: profiles.length,
    details: profiles.slice(0, seriesDetailed),
  };
}

function chooseStretches(panel: Panel): Stretch[] {
  const withPast = [...panel.history.keys()].filter((series) => panel.history[series]! > 0);
  const count = withPast.length;
  const chosen = Math.min(count, seriesLooked);
  const limit = Math.max(50, Math.floor(valuesLooked / Math.max(1, chosen)));
  return Array.from({ length: chosen }, (_, i) => {
    const series = withPast[Math.floor((i * count) / chosen)]!;
    const end = panel.offsets[series]! + panel.history[series]!;
    return { series, from: Math.max(panel.offsets[series]!, end - limit), to: end };
  });
}

function overall(panel: Panel) {
  const lengths = Int32Array.from(panel.history).sort();
  let [missing, zeros, rows] = [0, 0, 0];
  let [start, end] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let series = 0; series < lengths.length; series++) {
    const from = panel.offsets[series]!;
    const to = from + panel.history[series]!;
    if (to === from) continue;
    start = Math.min(start, panel.time[from]!);
    end = Math.max(end, panel.time[to - 1]!);
    rows += to - from;
    for (let row = from; row < to; row++) {
      const value = panel.target[row]!;
      if (value === 0) zeros++;
      else if (Number.isNaN(value)) missing++;
    }
  }
  return {
    rows,
    series: lengths.length,
    frequency: frequencyName(panel.frequency),
    futureSteps: panel.futureSteps,
    start,
    end,
    lengths: { minimum: lengths[0] ?? 0, median: medianOrZero(lengths), maximum: lengths.at(-1) ?? 0 },
    missing: missing / Math.max(1, rows),
    zeros: zeros / Math.max(1, rows),
  };
}

function classes(profiles: readonly SeriesProfile[]): Record<Intermittency, number> {
  const counts: Record<Intermittency, number> = { smooth: 0, erratic: 0, intermittent: 0, lumpy: 0 };
  for (const profile of profiles) counts[profile.intermittency]++;
  return counts;
}

function medianOrZero(values: ArrayLike<number>): number {
  return values.length === 0 ? 0 : median(values);
}
