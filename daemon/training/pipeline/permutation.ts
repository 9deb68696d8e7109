import type { MetricName } from "../../../protocol/experiment/schema.ts";
import { combineMembers, type Winner } from "../../forecasting/ensemble/winner.ts";
import { type BacktestScores, scoreBacktest, selectionScore } from "../../forecasting/evaluation/backtest.ts";
import { type FoldTruth, foldAt } from "../../forecasting/evaluation/fold.ts";
import { shuffledColumns } from "../../forecasting/evaluation/shuffle.ts";
import type { FactorWorth } from "../../forecasting/explain/run-explanation.ts";
import { applyBounds } from "../../forecasting/models/bounds.ts";
import type { Panel } from "../../forecasting/panel/panel.ts";
import type { FitSurroundings } from "./fit-candidate.ts";

/** Series that are forecast again and again at most. */
const mostSeries = 200;
/** Share of the seconds that members may expect to have: who is late is stopped at their end. */
const ownShare = 0.9;
/** Groups of series beyond which they are not told apart. */
const mostGroups = 12;

/**
 * Permutation importance (Breiman 2001; Fisher, Rudin and Dominici 2019) on the latest backtest origin: the winner's members are
 * fitted there as in the search, then forecast with one covariate shuffled at a time, `repeats` times. What comes was never seen by
 * the models. Empty where there is no origin or no covariate; undefined where `seconds` do not suffice for a single repeat.
 */
export async function permutationImportance(
  panel: Panel,
  winner: Winner,
  metric: MetricName,
  repeats: number,
  { pool, snapshot, settings }: FitSurroundings,
  seconds: number,
  signal: AbortSignal,
): Promise<FactorWorth[] | undefined> {
  const fold = foldAt(panel, settings.plan, 0);
  const factors = shuffledColumns(panel);
  if (fold.series.length === 0 || factors.length === 0) return [];
  const rows = evenly(fold.series.length, mostSeries);
  const inTime = AbortSignal.any([signal, AbortSignal.timeout(Math.max(1, Math.ceil(seconds * 1000)))]);
  const turns = Math.ceil(winner.members.length / pool.size);
  const members = await Promise.all(
    winner.members.map(async (member) => {
      const { model, options } = member.candidate;
      const task = { kind: "permute", snapshot, model, options, plan: settings.plan, settings: settings.fit } as const;
      const share = (ownShare * seconds) / turns;
      const asked = { ...task, rows, factors, repeats, seconds: share };
      return { member, forecasts: (await pool.run(asked, { signal: inTime })).forecasts };
    }),
  ).catch((error: unknown) => {
    if (signal.aborted || !inTime.aborted) throw error;
    return undefined;
  });
  if (members === undefined) return undefined;
  // Each has done as many repeats as it had time for; they count as far as all of them have.
  const done = Math.min(...members.map(({ forecasts }) => (forecasts.length - 1) / factors.length));
  const truth = part(fold, rows);
  const scores = members[0]!.forecasts.slice(0, 1 + done * factors.length).map((_, variant): BacktestScores => {
    const forecasts = members.map(({ member, forecasts }) => {
      return { member, forecast: applyBounds(forecasts[variant]!, settings.fit.bounds) };
    });
    const forecast = applyBounds(combineMembers(forecasts, winner, truth.series), settings.fit.bounds);
    return scoreBacktest([{ fold: truth, forecast }], settings.levels);
  });
  const base = scores[0]!;
  const groups = groupsOf(panel, truth);
  return factors.map((factor, index) => {
    const own = Array.from({ length: done }, (_, repeat) => scores[1 + repeat * factors.length + index]!);
    const drops = own.map((score) => selectionScore(score, metric) - selectionScore(base, metric));
    const drop = mean(drops);
    return {
      ...{ factor, drop },
      deviation: Math.sqrt(mean(drops.map((value) => (value - drop) ** 2))),
      byStep: base.byStep.map((step, at) => mean(own.map((score) => score.byStep[at]!.mase - step.mase))),
      groups: [...groups].map(([group, series]) => {
        const of = (score: BacktestScores) => mean(series.map((one) => score.bySeries.get(one)?.mase ?? Number.NaN));
        return { group, drop: mean(own.map(of)) - of(base) };
      }),
    };
  });
}

function part(fold: FoldTruth, rows: readonly number[]): FoldTruth {
  const horizon = fold.actual.length / fold.series.length;
  return {
    ...{ index: fold.index, stepsBack: fold.stepsBack },
    series: Int32Array.from(rows, (row) => fold.series[row]!),
    actual: Float64Array.from(rows.flatMap((row) => [...fold.actual.subarray(row * horizon, (row + 1) * horizon)])),
    scales: rows.map((row) => fold.scales[row]!),
  };
}

/** Series by their first key; nothing where there is one group or there are too many. */
function groupsOf(panel: Panel, { series }: FoldTruth): Map<string, number[]> {
  const groups = Map.groupBy(series, (index) => panel.keys[index]![0] ?? "");
  return groups.size < 2 || groups.size > mostGroups ? new Map() : groups;
}

function evenly(count: number, most: number): number[] {
  const size = Math.min(count, most);
  return Array.from({ length: size }, (_, index) => Math.floor((index * count) / size));
}

function mean(values: readonly number[]): number {
  const known = values.filter((value) => !Number.isNaN(value));
  return known.length === 0 ? Number.NaN : known.reduce((sum, value) => sum + value, 0) / known.length;
}
