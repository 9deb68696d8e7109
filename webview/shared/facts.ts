import { unpackColumn } from "../../protocol/column.ts";
import type { LeaderboardRow, ReportSummary } from "../../protocol/report.ts";
import { seriesName } from "./series.ts";
import type { SeriesFacts } from "./series-order.ts";

/** Names and errors of every series, decoded once. */
export function seriesFacts(summary: ReportSummary): SeriesFacts {
  const { error, baselineError, size } = summary.series;
  return {
    names: summary.series.keys.map((_, index) => seriesName(summary, index)),
    error: unpackColumn(error),
    baselineError: baselineError === undefined ? undefined : unpackColumn(baselineError),
    size: size === undefined ? undefined : unpackColumn(size),
  };
}

/** The leaderboard row of `model`. */
export function rowOf(summary: ReportSummary, model: string | undefined): LeaderboardRow | undefined {
  return summary.leaderboard.find((row) => row.model === model);
}

/** Whether two models were scored on equally many backtest windows: else their scores are not of the same task. */
export function comparable(row: LeaderboardRow, other: LeaderboardRow | undefined): boolean {
  return other === undefined || row.windows === other.windows;
}

/** How much smaller `score` is than the baseline's, as a share of it; undefined where one of them is missing. */
export function gain(score: number | null | undefined, baseline: number | null | undefined): number | undefined {
  if (score === null || score === undefined || baseline === null || baseline === undefined || baseline <= 0)
    return undefined;
  return 1 - score / baseline;
}
