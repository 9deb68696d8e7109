import { DataError } from "../../../../protocol/errors.ts";
import { buildDataset, type Dataset, pickRows } from "../../features/dataset.ts";
import type { FeatureMatrix } from "../../features/matrix.ts";
import type { FeaturePlan } from "../../features/plan.ts";
import { longestPast } from "../../features/series-view.ts";
import type { Panel } from "../../panel/panel.ts";
import type { FitContext } from "../forecaster.ts";
import { workingLevels } from "../levels.ts";
import { type BoostData, type BoostOptions, boost } from "./boost.ts";
import { type Booster, predictTable } from "./booster.ts";
import { fitErrors, type HeldOut, recursiveErrors } from "./error-model.ts";
import { boostingShift } from "./mean-shift.ts";
import type { ObjectiveName } from "./objective.ts";
import type { BoostingOptions } from "./options.ts";
import { scalingOf } from "./scaling.ts";
import { outerLevels } from "./spread.ts";
import type { LevelTrees, Stage, State } from "./state.ts";
import { innerPanel, unsuitedTarget } from "./target-scale.ts";

/** Rows below which nothing can be learnt. */
const fewestRows = 10;

/** Learns features, trees and error sizes from a panel. */
export async function train(panel: Panel, options: BoostingOptions, context: FitContext): Promise<State> {
  const recursive = options.strategy === "recursive";
  const unsuited = unsuitedTarget(panel.target, options);
  if (unsuited !== undefined) throw unsuited;
  const inner = innerPanel(panel, options.transform);
  const request = {
    horizon: recursive ? 1 : context.horizon,
    gap: recursive ? 0 : context.gap,
    seasons: context.seasons,
    fourier: false,
    direct: new Set(Object.keys(options.monotone)),
    seed: context.seed,
    signal: context.signal,
  };
  const scaling = scalingOf(inner, options, context.seasons);
  const dataset = await buildDataset(inner, { ...request, scaling, limit: affordableRows(options, context) });
  if (dataset.rows.count < fewestRows) throw tooShort(panel);
  const boostOptions = boostOptionsOf(monotoneOf(dataset.plan, options), options, context);
  const ends = stageEnds(options, context.horizon);
  const fits = await fitStages(
    dataset,
    ends,
    boostOptions,
    options.objective === "quantile" ? part(context, 0) : context,
  );
  const { transform } = options;
  const stages = fits.map(({ until, booster }) => ({ until, booster }));
  const floor = panel.target.every((value) => !(value < 0)) ? 0 : undefined;
  const base = {
    plan: dataset.plan,
    recursive,
    transform,
    stages,
    quantiles: [],
    shift: boostingShift(dataset, stages, { transform, floor, seed: context.seed }),
    floor,
    notes: notesOf(dataset, fits, boostOptions),
  };
  if (options.objective === "quantile") {
    return { ...base, error: undefined, quantiles: await fitLevels(dataset, ends, boostOptions, context) };
  }
  const held = fits.map(({ held }) => held);
  const error = await fitErrors(held, boostOptions, context);
  if (!recursive) return { ...base, error };
  const early = fits.map(({ until, early }) => ({ until, booster: early }));
  return { ...base, error: (await recursiveErrors(panel, { ...base, stages: early, error }, context)) ?? error };
}

/** Trees of every quantile but the median, with an equal share of the time each. */
async function fitLevels(
  dataset: Dataset,
  ends: readonly number[],
  options: BoostOptions,
  context: FitContext,
): Promise<LevelTrees[]> {
  const quantiles: LevelTrees[] = [];
  for (const [index, level] of outerLevels(context.levels).entries()) {
    const objective = { kind: "quantile", level } as const;
    const fits = await fitStages(dataset, ends, { ...options, objective }, part(context, index + 1));
    quantiles.push({ level, stages: fits.map(({ until, booster }) => ({ until, booster })) });
  }
  return quantiles;
}

/** The context of one of the levels' trees, the median's first: its share of the time that is left and of the progress. */
function part(context: FitContext, index: number): FitContext {
  const count = workingLevels(context.levels).length;
  const now = performance.now();
  return {
    ...context,
    deadline: now + Math.max(0, context.deadline - now) / (count - index),
    onProgress: (fraction, loss) => context.onProgress((index + fraction) / count, loss),
  };
}

/**
 * Rows that can be learnt from in the time there is: a short deadline must not go into features alone. Halved as often as
 * needed rather than cut to measure, so that runs with about the same time learn from the same rows.
 */
function affordableRows({ rows: limit, objective }: BoostingOptions, context: FitContext): number {
  const { deadline } = objective === "quantile" ? part(context, 0) : context;
  const seconds = Math.max(0, deadline - performance.now()) / 1000;
  const affordable = Math.max(fewestSampled, seconds * rowsPerSecond);
  let rows = limit;
  while (rows > affordable) rows = Math.ceil(rows / 2);
  return rows;
}

/** Rows whose features and trees one second suffices for, with room for a slow machine. */
const rowsPerSecond = 4000;
const fewestSampled = 5000;

/** Most stages of the strategy that learns steps apart. */
const mostStages = 12;

/** Last step of each stage: one for all, or evenly spread ones. */
function stageEnds({ strategy }: BoostingOptions, horizon: number): number[] {
  if (strategy !== "per-step") return [horizon];
  const count = Math.min(horizon, mostStages);
  return Array.from({ length: count }, (_, stage) => Math.round(((stage + 1) * horizon) / count));
}

interface StageFit extends Stage {
  /** Trees that have not seen the held-out rows. */
  readonly early: Booster;
  readonly held: HeldOut;
  readonly cut: boolean;
}

async function fitStages(
  dataset: Dataset,
  ends: readonly number[],
  options: BoostOptions,
  context: FitContext,
): Promise<StageFit[]> {
  const steps = Int32Array.from(dataset.rows.target, (target, row) => target - dataset.rows.origin[row]!);
  const fits: StageFit[] = [];
  const started = performance.now();
  const budget = context.deadline - started;
  for (const [index, until] of ends.entries()) {
    const low = (ends[index - 1] ?? 0) + dataset.plan.gap;
    const high = until + dataset.plan.gap;
    const mine = (rows: Int32Array): Int32Array =>
      ends.length === 1 ? rows : rows.filter((row) => steps[row]! > low && steps[row]! <= high);
    const rows = { ...dataset, train: mine(dataset.train), valid: mine(dataset.valid), all: mine(allRows(dataset)) };
    // A stage whose steps no series is long enough for does as the one before.
    if (rows.all.length < fewestRows && fits.length > 0) {
      fits.push({ ...fits.at(-1)!, until });
      continue;
    }
    const share = {
      from: index / ends.length,
      to: (index + 1) / ends.length,
      deadline: started + (budget * (index + 1)) / ends.length,
    };
    fits.push({ until, ...(await fitStage(rows, options, context, share)) });
  }
  return fits;
}

/** Trees for some rows: stopped early on held-out rows, then trained again on all of them where time allows. */
async function fitStage(
  part: Dataset & { readonly all: Int32Array },
  options: BoostOptions,
  context: FitContext,
  share: { from: number; to: number; deadline: number },
): Promise<Omit<StageFit, "until">> {
  const started = performance.now();
  const splits = part.train.length >= fewestRows && part.valid.length >= fewestRows;
  const train = pickRows(part.matrix, splits ? part.train : part.all);
  const valid = splits ? pickRows(part.matrix, part.valid) : undefined;
  const rounds = splits ? options.rounds : Math.min(options.rounds, roundsUnchecked);
  const progress = (done: number, loss?: number) =>
    context.onProgress(share.from + (share.to - share.from) * done, loss);
  const first = await boost(
    boostData(train, options.objective),
    valid && boostData(valid, options.objective),
    { ...options, rounds },
    {
      signal: context.signal,
      deadline: started + (share.deadline - started) * 0.55,
      onRound: (round, loss) => progress((0.6 * round) / rounds, loss),
    },
  );
  const early = first.booster;
  const matrix = valid ?? train;
  const predicted = predictTable(early, matrix);
  const held = { matrix, errors: matrix.target.map((value, row) => value - predicted[row]!) };
  const spent = performance.now() - started;
  if (!splits || first.cut || share.deadline - performance.now() < 1.5 * spent) {
    return { early, held, cut: first.cut, booster: early };
  }
  const again = Math.max(1, early.trees.length);
  const { booster } = await boost(
    boostData(pickRows(part.matrix, part.all), options.objective),
    undefined,
    { ...options, rounds: again },
    {
      signal: context.signal,
      deadline: context.deadline,
      onRound: (round) => progress(0.6 + (0.4 * round) / again),
    },
  );
  return { early, held, cut: false, booster };
}

/** Trees where nothing is held out to stop on. */
const roundsUnchecked = 100;

/**
 * Rows of a loss of counts weigh as the counts behind them: a ratio of a count and a scale has the likelihood of the count only
 * with the scale to the power of 2 − p as its weight, p the power of the variance (1 is Poisson's).
 */
function boostData(matrix: FeatureMatrix, objective: ObjectiveName): BoostData {
  const data = { table: matrix, target: matrix.target };
  if (objective.kind !== "poisson" && objective.kind !== "tweedie") return data;
  const power = 2 - ("power" in objective ? objective.power : 1);
  const raw = matrix.scale.map((scale) => scale ** power);
  const mean = raw.reduce((sum, value) => sum + value, 0) / raw.length;
  return { ...data, weight: Float32Array.from(raw, (value) => value / mean) };
}

function allRows(dataset: Dataset): Int32Array {
  return Int32Array.from({ length: dataset.rows.count }, (_, row) => row);
}

function tooShort(panel: Panel): DataError {
  const longest = longestPast(panel);
  return new DataError(`boosting cannot learn from series of at most ${longest} steps.`, {
    code: "too-short",
    fix: "Give it more history, or use a model of single series such as naive or window-average.",
  });
}

/** Direction in which the forecast may move with each feature of a plan. */
function monotoneOf(plan: FeaturePlan, options: BoostingOptions): Int8Array {
  return Int8Array.from(plan.features, (spec) => {
    const follows = (spec.kind === "known" && spec.shift === 0) || spec.kind === "known change";
    return follows ? (options.monotone[spec.column] ?? 0) : 0;
  });
}

function boostOptionsOf(monotone: Int8Array, options: BoostingOptions, context: FitContext): BoostOptions {
  return {
    objective: objectiveFor(options),
    rounds: options.rounds,
    learningRate: options.learningRate,
    leaves: options.leaves,
    depth: options.depth,
    minData: options.minData,
    minHessian: 1e-3,
    minGain: 0,
    l1: options.l1,
    l2: options.l2,
    categoryL2: 10,
    categorySmooth: 10,
    monotone,
    maxBins: options.maxBins,
    featureFraction: options.featureFraction,
    rowFraction: options.rowFraction,
    patience: options.patience,
    seed: context.seed,
    threads: context.threads,
    ...(options.sampling === "gradient" ? { goss: { top: 0.2, other: 0.1 }, rowFraction: 1 } : {}),
  };
}

function objectiveFor({ objective, huber }: BoostingOptions): ObjectiveName {
  switch (objective) {
    case "auto":
    case "huber":
      return { kind: "huber", delta: huber };
    case "tweedie":
      return { kind: "tweedie", power: 1.3 };
    case "quantile":
      return { kind: "quantile", level: 0.5 };
    default:
      return { kind: objective };
  }
}

function notesOf(dataset: Dataset, fits: readonly StageFit[], options: BoostOptions): string[] {
  const { plan, rows } = dataset;
  const trees = fits.map(({ booster }) => booster.trees.length).join(", ");
  const notes = [
    `${trees} trees of up to ${options.leaves} leaves on ${rows.count} rows of ${plan.features.length} features, ${options.objective.kind} loss.`,
  ];
  const { centre, window, season } = plan.scaling;
  if (centre !== "none") {
    notes.push(
      `Learns differences from ${centre === "level" ? `the mean of the last ${window} steps` : `the value ${season} steps before`}.`,
    );
  }
  if (fits.some(({ cut }) => cut)) notes.push("The time ended before the trees stopped improving.");
  for (const { name, reason } of plan.dropped) notes.push(`Left out ${name}: ${reason}.`);
  return notes;
}
