import { packColumn } from "../../../protocol/column.ts";
import type { MetricName } from "../../../protocol/experiment/schema.ts";
import type { LeaderboardRow, ReportDocument, ReportExperiment, ReportRun, Totals } from "../../../protocol/report.ts";
import type { Contender, Winner } from "../../forecasting/ensemble/winner.ts";
import type { BacktestScores } from "../../forecasting/evaluation/backtest.ts";
import { crossCoverage } from "../../forecasting/evaluation/conformal.ts";
import type { RunExplanation } from "../../forecasting/explain/run-explanation.ts";
import type { Forecast } from "../../forecasting/models/forecast.ts";
import { keepLevels } from "../../forecasting/models/levels.ts";
import type { Panel } from "../../forecasting/panel/panel.ts";
import { AxisList } from "./axis-list.ts";
import { finiteOrNull } from "./leaderboard.ts";
import { reportExplanations } from "./report-explanations.ts";
import { detailedSeries, seriesDetail, sizeOf } from "./series-detail.ts";

/** What the report is made of. */
export interface ReportParts {
  readonly experiment: ReportExperiment;
  readonly run: ReportRun;
  readonly panel: Panel;
  readonly profile: Record<string, unknown> | undefined;
  readonly leaderboard: readonly LeaderboardRow[];
  readonly winner: Winner;
  readonly contenders: readonly Contender[];
  readonly forecast: Forecast;
  readonly totals: Totals;
  readonly explanation: RunExplanation | undefined;
  readonly scenarios: ReportDocument["scenarios"];
  readonly metric: MetricName;
  /** Levels the user asked for. */
  readonly levels: readonly number[];
}

/** Model that others are compared with. */
const baselineModel = "seasonal-naive";

/**
 * Builds the report's document: everything for a few thousand series, the largest ones in detail if there are more.
 */
export function reportDocument(parts: ReportParts): ReportDocument {
  const { panel, winner, contenders, levels, explanation } = parts;
  const baseline = contenders.find(({ trial }) => trial.candidate.id === baselineModel);
  const axes = new AxisList();
  const shown = {
    panel,
    forecast: keepLevels(parts.forecast, levels),
    winner: winner.parts.map(({ fold, forecast }) => ({ fold, forecast: keepLevels(forecast, levels) })),
    baseline: baseline?.parts,
    axes,
  };
  const detailed = detailedSeries(shown);
  const details = panel.keys.map((_, series) => (detailed.has(series) ? seriesDetail(shown, series) : null));
  return {
    format: "almanac-report",
    version: 1,
    experiment: parts.experiment,
    run: parts.run,
    profile: parts.profile,
    leaderboard: [...parts.leaderboard],
    winner: winner.id,
    ...(baseline === undefined ? {} : { baseline: baselineModel }),
    series: seriesColumns(parts, baseline),
    totals: parts.totals,
    axes: axes.list,
    details,
    ...(detailed.size < panel.keys.length ? { limit: limitText(detailed.size, panel.keys.length) } : {}),
    horizonErrors: horizonErrors(parts),
    coverage: centralCoverage(winner, levels),
    ...(explanation === undefined ? {} : { explanations: reportExplanations(panel, explanation, winner.id) }),
    scenarios: parts.scenarios,
  };
}

function limitText(shown: number, series: number): string {
  return `Charts cover the ${shown} largest of ${series} series; forecast.csv holds all of them.`;
}

/** Keys, errors and sizes of all series. */
function seriesColumns(
  { panel, winner, metric }: ReportParts,
  baseline: Contender | undefined,
): ReportDocument["series"] {
  const errorOf = (scores: BacktestScores | undefined): string =>
    packColumn(panel.keys.map((_, series) => scores?.bySeries.get(series)?.[metric] ?? Number.NaN));
  return {
    keys: panel.keys.map((key) => [...key]),
    error: errorOf(winner.scores),
    ...(baseline === undefined ? {} : { baselineError: errorOf(baseline.scores) }),
    size: packColumn(panel.keys.map((_, series) => sizeOf(panel, series))),
  };
}

/** The metric by forecast step of every model that was judged, the winner's first. */
function horizonErrors({ winner, contenders, metric }: ReportParts): ReportDocument["horizonErrors"] {
  const alone = contenders.some(({ trial }) => trial.candidate.id === winner.id);
  const winnerRow = winner.scores === undefined || alone ? [] : [{ model: winner.id, scores: winner.scores }];
  const rows = [...winnerRow, ...contenders.map(({ trial, scores }) => ({ model: trial.candidate.id, scores }))];
  return {
    metric,
    models: rows.map(({ model, scores }) => ({
      model,
      values: scores.byStep.map((step) => finiteOrNull(step[metric])),
    })),
  };
}

/**
 * Central intervals that the levels form, with the share of actuals inside them on origins they were not calibrated on.
 */
function centralCoverage(winner: Winner, levels: readonly number[]): ReportDocument["coverage"] {
  if (winner.parts.length === 0) return [];
  const observed = crossCoverage(winner.parts);
  const below = (level: number): number | undefined =>
    observed.find((one) => Math.abs(one.level - level) < 1e-9)?.observed;
  const count = winner.parts.reduce(
    (sum, { fold }) => sum + fold.actual.filter((value) => !Number.isNaN(value)).length,
    0,
  );
  return levels.flatMap((level) => {
    const upper = levels.find((other) => Math.abs(other - (1 - level)) < 1e-9);
    if (level >= 0.5 || upper === undefined) return [];
    const inside = (below(upper) ?? Number.NaN) - (below(level) ?? Number.NaN);
    return [{ nominal: Number((upper - level).toFixed(6)), actual: finiteOrNull(inside), count }];
  });
}
