import { packAxis } from "../../../protocol/axis.ts";
import { packColumn } from "../../../protocol/column.ts";
import type { MetricName } from "../../../protocol/experiment/schema.ts";
import type {
  Explanations,
  LeaderboardRow,
  ReportAxis,
  ReportDocument,
  ReportExperiment,
  ReportRun,
  SeriesDetail,
} from "../../../protocol/report.ts";
import type { Contender, Winner } from "../../forecasting/ensemble/winner.ts";
import type { FoldForecast } from "../../forecasting/evaluation/backtest.ts";
import { crossCoverage } from "../../forecasting/evaluation/conformal.ts";
import { factorValue } from "../../forecasting/explain/factor-value.ts";
import type { FactorWorth, RunExplanation } from "../../forecasting/explain/run-explanation.ts";
import { type Forecast, meanOf } from "../../forecasting/models/forecast.ts";
import { keepLevels } from "../../forecasting/models/levels.ts";
import { type Panel, pastOf, seriesCount } from "../../forecasting/panel/panel.ts";
import { finiteOrNull } from "./leaderboard.ts";

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
  readonly explanation: RunExplanation | undefined;
  readonly scenarios: ReportDocument["scenarios"];
  readonly metric: MetricName;
  /** Levels the user asked for. */
  readonly levels: readonly number[];
}

/** Model that others are compared with. */
const baselineModel = "seasonal-naive";

/** Numbers of history, forecast and backtest that a document carries at most: about 12 MB of text. */
const mostNumbers = 2_000_000;

/** Values of history that are drawn per series; older ones are left out. */
const longestHistory = 5000;

/**
 * Builds the report's document: everything for a few thousand series, the largest ones in detail where there are more.
 */
export function reportDocument(parts: ReportParts): ReportDocument {
  const { panel, winner, contenders, metric, leaderboard } = parts;
  const baseline = contenders.find(({ trial }) => trial.candidate.id === baselineModel);
  const axes = new AxisList();
  const detailed = detailedSeries(panel, parts);
  const winnerParts = winner.parts.map(({ fold, forecast }) => ({
    fold,
    forecast: keepLevels(forecast, parts.levels),
  }));
  const details = panel.keys.map((_, series) =>
    detailed.has(series) ? seriesDetail(parts, axes, series, winnerParts, baseline?.parts) : null,
  );
  const limited = detailed.size < panel.keys.length;
  return {
    format: "almanac-report",
    version: 1,
    experiment: parts.experiment,
    run: parts.run,
    profile: parts.profile,
    leaderboard: [...leaderboard],
    winner: winner.id,
    ...(baseline === undefined ? {} : { baseline: baselineModel }),
    series: {
      keys: panel.keys.map((key) => [...key]),
      error: packColumn(panel.keys.map((_, series) => winner.scores?.bySeries.get(series)?.[metric] ?? Number.NaN)),
      ...(baseline === undefined
        ? {}
        : {
            baselineError: packColumn(
              panel.keys.map((_, series) => baseline.scores.bySeries.get(series)?.[metric] ?? Number.NaN),
            ),
          }),
      size: packColumn(panel.keys.map((_, series) => sizeOf(panel, series))),
    },
    axes: axes.list,
    details,
    ...(limited
      ? {
          limit: `Charts cover the ${detailed.size} largest of ${panel.keys.length} series; forecast.csv holds all of them.`,
        }
      : {}),
    horizonErrors: {
      metric,
      models: [
        ...(winner.scores === undefined || contenders.some(({ trial }) => trial.candidate.id === winner.id)
          ? []
          : [{ model: winner.id, values: winner.scores.byStep.map((step) => finiteOrNull(step[metric])) }]),
        ...contenders.map(({ trial, scores }) => ({
          model: trial.candidate.id,
          values: scores.byStep.map((step) => finiteOrNull(step[metric])),
        })),
      ],
    },
    coverage: centralCoverage(winner, parts.levels),
    ...(parts.explanation === undefined
      ? {}
      : { explanations: reportExplanations(panel, parts.explanation, winner.id) }),
    scenarios: parts.scenarios,
  };
}

/** Time axes that series share; a new one only where no known one fits. */
class AxisList {
  readonly list: ReportAxis[] = [];
  readonly #known: {
    readonly index: number;
    readonly places: ReadonlyMap<number, number>;
    readonly times: Float64Array;
  }[] = [];

  /** The axis and the place on it of a series' first row. */
  place(times: Float64Array): { axis: number; start: number } {
    for (const { index, places, times: own } of this.#known) {
      const start = places.get(times[0]!);
      if (start !== undefined && own[start + times.length - 1] === times.at(-1)) return { axis: index, start };
    }
    const index = this.list.length;
    this.list.push(packAxis(times));
    this.#known.unshift({ index, times, places: new Map(Array.from(times, (time, place) => [time, place])) });
    this.#known.length = Math.min(this.#known.length, 50);
    return { axis: index, start: 0 };
  }
}

function sizeOf(panel: Panel, series: number): number {
  const past = pastOf(panel, panel.target, series).filter((value) => !Number.isNaN(value));
  return past.length === 0 ? 0 : past.reduce((sum, value) => sum + Math.abs(value), 0) / past.length;
}

function detailedSeries(panel: Panel, { forecast, winner, levels }: ReportParts): Set<number> {
  const perForecast = forecast.horizon * (1 + levels.length) * (1 + 2 * winner.parts.length);
  const order = Array.from({ length: seriesCount(panel) }, (_, series) => series);
  const cost = (series: number): number => Math.min(longestHistory, panel.history[series]!) + perForecast;
  const total = order.reduce((sum, series) => sum + cost(series), 0);
  if (total <= mostNumbers) return new Set(order);
  const sizes = order.map((series) => sizeOf(panel, series));
  order.sort((a, b) => sizes[b]! - sizes[a]!);
  const chosen = new Set<number>();
  let sum = 0;
  for (const series of order) {
    sum += cost(series);
    if (sum > mostNumbers) break;
    chosen.add(series);
  }
  return chosen;
}

function seriesDetail(
  { panel, forecast, levels }: ReportParts,
  axes: AxisList,
  series: number,
  winnerParts: readonly FoldForecast[],
  baselineParts: readonly FoldForecast[] | undefined,
): SeriesDetail {
  const past = pastOf(panel, panel.target, series);
  const { axis, start } = axes.place(panel.time.subarray(panel.offsets[series]!, panel.offsets[series + 1]!));
  const omitted = Math.max(0, past.length - longestHistory);
  const rows = winnerParts.flatMap((part, window) => {
    const row = part.fold.series.indexOf(series);
    return row < 0 ? [] : [{ part, row, window }];
  });
  const reduced = keepLevels(forecast, levels);
  return {
    axis,
    start: start + omitted,
    history: packColumn(past.subarray(omitted)),
    omitted,
    mean: packColumn(meanOf(forecast, series)),
    quantiles: packColumn(quantileRows(reduced, series)),
    backtest: {
      origins: rows.map(({ part }) => start + past.length - 1 - part.fold.stepsBack),
      mean: packColumn(rows.flatMap(({ part, row }) => Array.from(meanOf(part.forecast, row)))),
      quantiles: packColumn(rows.flatMap(({ part, row }) => Array.from(quantileRows(part.forecast, row)))),
      ...baselineColumn(rows, baselineParts),
    },
  };
}

function baselineColumn(
  rows: readonly { readonly row: number; readonly window: number }[],
  parts: readonly FoldForecast[] | undefined,
): { baseline?: string } {
  if (parts === undefined || rows.some(({ window }) => parts[window] === undefined)) return {};
  return { baseline: packColumn(rows.flatMap(({ row, window }) => Array.from(meanOf(parts[window]!.forecast, row)))) };
}

function quantileRows({ quantiles, levels, horizon }: Forecast, row: number): Float64Array {
  return quantiles.subarray(row * levels.length * horizon, (row + 1) * levels.length * horizon);
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

function reportWorth({ factor, drop, deviation, byStep, groups }: FactorWorth) {
  return {
    ...{ factor, drop, deviation, byStep: byStep.map(finiteOrNull) },
    groups: groups.map(({ group, drop: own }) => ({ group, drop: finiteOrNull(own) })),
  };
}

function reportExplanations(panel: Panel, explanation: RunExplanation, model: string): Explanations {
  const { attribution, global, interactions, permutation } = explanation;
  const { factors, horizon, baseline, contributions, standardError } = attribution;
  const width = factors.length * horizon;
  return {
    model,
    factors: [...factors],
    exact: attribution.exact,
    global: global.map((row) => ({ ...row })),
    ...(interactions.length === 0
      ? {}
      : {
          interactions: interactions.map(({ factors: [a, b], meanAbs }) => ({
            factors: [a, b] as [string, string],
            meanAbs,
          })),
        }),
    ...(permutation.length === 0 ? {} : { permutation: permutation.map(reportWorth) }),
    series: attribution.series.map((series, row) => ({
      series,
      baseline: packColumn(baseline.subarray(row * horizon, (row + 1) * horizon)),
      contributions: packColumn(contributions.subarray(row * width, (row + 1) * width)),
      values: packColumn(
        Array.from({ length: width }, (_, cell) =>
          factorValue(panel, attribution, factors[cell % factors.length]!, row, Math.floor(cell / factors.length)),
        ),
      ),
      ...(standardError === undefined
        ? {}
        : { standardError: packColumn(standardError.subarray(row * width, (row + 1) * width)) }),
    })),
  };
}
