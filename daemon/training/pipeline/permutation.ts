import type { MetricName } from "../../../protocol/experiment/schema.ts";
import { combineMembers, type Member, type Winner } from "../../forecasting/ensemble/winner.ts";
import { type BacktestScores, scoreBacktest, selectionScore } from "../../forecasting/evaluation/backtest.ts";
import { type FoldTruth, foldAt } from "../../forecasting/evaluation/fold.ts";
import { shuffledColumns } from "../../forecasting/evaluation/shuffle.ts";
import type { FactorWorth } from "../../forecasting/explain/run-explanation.ts";
import { applyBounds } from "../../forecasting/models/bounds.ts";
import type { Forecast } from "../../forecasting/models/forecast.ts";
import type { Panel } from "../../forecasting/panel/panel.ts";
import type { PermuteTask } from "../workers/task.ts";
import type { TaskContext } from "./run-context.ts";

/** Series that are forecast again and again at most. */
const mostSeries = 200;
/** Share of the seconds that members may expect to have: a member that is late is stopped at their end. */
const ownShare = 0.9;
/** Groups of series beyond which they are not told apart. */
const mostGroups = 12;

/** By which metric importance is measured, how often covariates are shuffled, and the seconds for it. */
export interface PermutationOptions {
  readonly metric: MetricName;
  readonly repeats: number;
  readonly seconds: number;
}

/**
 * Permutation importance (Breiman 2001; Fisher, Rudin and Dominici 2019) on the latest backtest origin: the winner's
 * members are fitted there as in the search, then forecast with one covariate shuffled at a time, `repeats` times. The
 * models have not seen the values that follow. Empty if there is no origin or no covariate; undefined if the time does
 * not suffice for one repeat.
 */
export async function permutationImportance(
  context: TaskContext,
  winner: Winner,
  options: PermutationOptions,
): Promise<FactorWorth[] | undefined> {
  const { panel, settings } = context;
  const fold = foldAt(panel, settings.plan, 0);
  const factors = shuffledColumns(panel);
  if (fold.series.length === 0 || factors.length === 0) return [];
  const rows = evenly(fold.series.length, mostSeries);
  const members = await shuffledForecasts(context, winner, { ...options, rows, factors });
  if (members === undefined) return undefined;
  // Each member has done as many repeats as it had time for; those that all of them have done count.
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
    return { factor, ...worthOf({ base, shuffled: own, groups }, options.metric) };
  });
}

/** A member's forecasts: the plain one, then one a factor for each repeat. */
interface ShuffledForecasts {
  readonly member: Member;
  readonly forecasts: readonly Forecast[];
}

/** Has every member of the winner forecast with shuffled covariates; undefined if the time does not suffice. */
async function shuffledForecasts(
  { pool, snapshot, settings, signal }: TaskContext,
  winner: Winner,
  { seconds, rows, factors, repeats }: PermutationOptions & Pick<PermuteTask, "rows" | "factors">,
): Promise<ShuffledForecasts[] | undefined> {
  const { plan, fit } = settings;
  const inTime = AbortSignal.any([signal, AbortSignal.timeout(Math.max(1, Math.ceil(seconds * 1000)))]);
  const turns = Math.ceil(winner.members.length / pool.size);
  const shared = { kind: "permute", snapshot, plan, settings: fit, rows, factors, repeats } as const;
  return await Promise.all(
    winner.members.map(async (member) => {
      const { model, options } = member.candidate;
      const task = { ...shared, model, options, seconds: (ownShare * seconds) / turns };
      return { member, forecasts: (await pool.run(task, { signal: inTime })).forecasts };
    }),
  ).catch((error: unknown) => {
    if (signal.aborted || !inTime.aborted) throw error;
    return undefined;
  });
}

/** Scores without and with a shuffled covariate, and the groups of series that are told apart. */
interface ShuffledScores {
  readonly base: BacktestScores;
  readonly shuffled: readonly BacktestScores[];
  readonly groups: ReadonlyMap<string, readonly number[]>;
}

/** How much worse the forecast gets: in all, by step and by group. */
function worthOf({ base, shuffled, groups }: ShuffledScores, metric: MetricName): Omit<FactorWorth, "factor"> {
  const drops = shuffled.map((score) => selectionScore(score, metric) - selectionScore(base, metric));
  const drop = mean(drops);
  return {
    drop,
    deviation: Math.sqrt(mean(drops.map((value) => (value - drop) ** 2))),
    byStep: base.byStep.map((step, at) => mean(shuffled.map((score) => score.byStep[at]!.mase - step.mase))),
    groups: [...groups].map(([group, series]) => {
      const of = (score: BacktestScores) => mean(series.map((one) => score.bySeries.get(one)?.mase ?? Number.NaN));
      return { group, drop: mean(shuffled.map(of)) - of(base) };
    }),
  };
}

function part(fold: FoldTruth, rows: readonly number[]): FoldTruth {
  const horizon = fold.actual.length / fold.series.length;
  return {
    index: fold.index,
    stepsBack: fold.stepsBack,
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
