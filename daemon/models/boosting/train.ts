import { DataError } from "../../../protocol/errors.ts";
import type { Panel } from "../../data/panel.ts";
import { buildDataset, type Dataset, pickRows, stackRows, validationSteps } from "../../features/dataset.ts";
import type { FeatureMatrix } from "../../features/matrix.ts";
import type { FeaturePlan } from "../../features/plan.ts";
import { longestPast } from "../../features/series-view.ts";
import type { FitContext } from "../forecaster.ts";
import { quantileGrid } from "../intervals.ts";
import { stepSizes } from "../step-sizes.ts";
import { type BoostData, type BoostOptions, boost } from "./boost.ts";
import { type Booster, predictTable } from "./booster.ts";
import { type ObjectiveName, quantile } from "./objective.ts";
import type { BoostingOptions } from "./options.ts";
import { errorSizes, windowRows } from "./predict.ts";
import { scalingOf } from "./scaling.ts";
import type { ErrorModel, Stage, State } from "./state.ts";

/** Rows below which nothing can be learnt. */
const fewestRows = 10;

/** Learns features, trees and error sizes from a panel. */
export async function train(panel: Panel, options: BoostingOptions, context: FitContext): Promise<State> {
  const recursive = options.strategy === "recursive";
  checkCounts(panel, options);
  const request = {
    horizon: recursive ? 1 : context.horizon,
    gap: recursive ? 0 : context.gap,
    seasons: context.seasons,
    fourier: false,
    direct: new Set(Object.keys(options.monotone)),
    seed: context.seed,
    signal: context.signal,
  };
  const scaling = scalingOf(panel, options, context.seasons);
  const dataset = await buildDataset(panel, { ...request, scaling, limit: affordableRows(options.rows, context) });
  if (dataset.rows.count < fewestRows) throw tooShort(panel);
  const settings = boostSettings(monotoneOf(dataset.plan, options), options, context);
  const fits = await fitStages(dataset, stageEnds(options, context.horizon), settings, context);
  const base = {
    plan: dataset.plan,
    recursive,
    stages: fits.map(({ until, booster }) => ({ until, booster })),
    floor: panel.target.every((value) => !(value < 0)) ? 0 : undefined,
    notes: notesOf(dataset, fits, settings),
  };
  const held = fits.map(({ held }) => held);
  const error = await fitErrors(held, settings, context);
  if (!recursive) return { ...base, error };
  const early = fits.map(({ until, early }) => ({ until, booster: early }));
  return { ...base, error: (await recursiveErrors(panel, { ...base, stages: early, error }, context)) ?? error };
}

/**
 * Rows that can be learnt from in the time there is: a short deadline must not go into features alone. Halved as often as
 * needed rather than cut to measure, so that runs with about the same time learn from the same rows.
 */
function affordableRows(limit: number, context: FitContext): number {
  const seconds = Math.max(0, context.deadline - performance.now()) / 1000;
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

/** Rows the early trees did not learn from (all rows where nothing could be held out), and their errors. */
interface HeldOut {
  readonly matrix: FeatureMatrix;
  readonly errors: Float64Array;
}

async function fitStages(
  dataset: Dataset,
  ends: readonly number[],
  settings: BoostOptions,
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
    const part = { ...dataset, train: mine(dataset.train), valid: mine(dataset.valid), all: mine(allRows(dataset)) };
    // A stage whose steps no series is long enough for does as the one before.
    if (part.all.length < fewestRows && fits.length > 0) {
      fits.push({ ...fits.at(-1)!, until });
      continue;
    }
    const share = {
      from: index / ends.length,
      to: (index + 1) / ends.length,
      deadline: started + (budget * (index + 1)) / ends.length,
    };
    fits.push({ until, ...(await fitStage(part, settings, context, share)) });
  }
  return fits;
}

/** Trees for some rows: stopped early on held-out rows, then trained again on all of them where time allows. */
async function fitStage(
  part: Dataset & { readonly all: Int32Array },
  settings: BoostOptions,
  context: FitContext,
  share: { from: number; to: number; deadline: number },
): Promise<Omit<StageFit, "until">> {
  const started = performance.now();
  const splits = part.train.length >= fewestRows && part.valid.length >= fewestRows;
  const train = pickRows(part.matrix, splits ? part.train : part.all);
  const valid = splits ? pickRows(part.matrix, part.valid) : undefined;
  const rounds = splits ? settings.rounds : Math.min(settings.rounds, roundsUnchecked);
  const progress = (done: number, loss?: number) =>
    context.onProgress(share.from + (share.to - share.from) * done, loss);
  const first = await boost(
    boostData(train),
    valid && boostData(valid),
    { ...settings, rounds },
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
    boostData(pickRows(part.matrix, part.all)),
    undefined,
    { ...settings, rounds: again },
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

function boostData(matrix: FeatureMatrix): BoostData {
  return { table: matrix, target: matrix.target };
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

function boostSettings(monotone: Int8Array, options: BoostingOptions, context: FitContext): BoostOptions {
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

/** Losses of counts have no meaning below zero. */
function checkCounts(panel: Panel, { objective }: BoostingOptions): void {
  if (objective !== "poisson" && objective !== "tweedie") return;
  const row = panel.target.findIndex((value) => value < 0);
  if (row < 0) return;
  throw new DataError(`The ${objective} loss is for counts, but the target has ${panel.target[row]}.`, {
    code: "negative-target",
    fix: "Use the objective squared, absolute or huber.",
  });
}

function objectiveFor({ objective, huber }: BoostingOptions): ObjectiveName {
  switch (objective) {
    case "auto":
    case "huber":
      return { kind: "huber", delta: huber };
    case "tweedie":
      return { kind: "tweedie", power: 1.3 };
    default:
      return { kind: objective };
  }
}

/** Size of errors by a small booster, so that intervals widen where the model errs more, and quantiles of error ÷ size. */
async function fitErrors(held: readonly HeldOut[], settings: BoostOptions, context: FitContext): Promise<ErrorModel> {
  const matrix = held.length === 1 ? held[0]!.matrix : stackRows(held.map((each) => each.matrix));
  const errors = Float64Array.from(held.flatMap((each) => [...each.errors]));
  const sizes = withoutExtremes(errors.map(Math.abs));
  const mean = sizes.reduce((sum, size) => sum + size, 0) / sizes.length || 1e-9;
  const plain = { size: undefined, steps: [mean], quantiles: quantileGrid(errors.map((error) => error / mean)) };
  if (matrix.rows < fewestErrors) return plain;
  const { booster } = await boost(
    { table: matrix, target: sizes },
    undefined,
    {
      ...settings,
      objective: { kind: "squared" },
      monotone: new Int8Array(settings.monotone.length),
      rounds: 40,
      learningRate: 0.08,
      leaves: 8,
      minData: Math.max(20, Math.ceil(matrix.rows / 50)),
    },
    { signal: context.signal, deadline: context.deadline },
  );
  const expected = errorSizes({ ...plain, size: booster }, matrix, 1);
  return { ...plain, size: booster, quantiles: quantileGrid(errors.map((error, row) => error / expected[row]!)) };
}

/** Sizes with the largest percent pulled in: a few wild rows would else widen every interval like theirs. */
function withoutExtremes(sizes: Float64Array): Float64Array {
  const most = quantile(sizes, 0.99);
  return sizes.map((size) => Math.min(size, most));
}

/** Held-out rows below which the size of errors is one number. */
const fewestErrors = 200;

/** Errors of recursive forecasts by step ahead, from a window at the end of each series that the early trees have not seen. */
async function recursiveErrors(panel: Panel, state: State, context: FitContext): Promise<ErrorModel | undefined> {
  const reach = context.gap + context.horizon;
  const series = Array.from(panel.history.keys()).filter((index) => {
    return validationSteps(panel.history[index]!, 1, 0) >= reach || panel.history[index]! >= 3 * reach;
  });
  if (series.length === 0) return undefined;
  const earlier = withoutLatest(panel, reach);
  const { matrix, scaled } = await windowRows(state, earlier, series, context);
  const errors: number[] = [];
  const steps: number[] = [];
  scaled.forEach((value, row) => {
    const index = series[Math.floor(row / context.horizon)]!;
    const step = row % context.horizon;
    const at = panel.offsets[index]! + panel.history[index]! - context.horizon + step;
    const error = (panel.target[at]! - matrix.centre[row]!) / matrix.scale[row]! - value;
    if (Number.isNaN(error)) return;
    errors.push(error);
    steps.push(step + 1);
  });
  const sizes = stepSizes(Float64Array.from(errors), Int32Array.from(steps), context.horizon);
  const relative = Float64Array.from(errors, (error, i) => error / sizes[steps[i]! - 1]!);
  return { size: undefined, steps: sizes, quantiles: quantileGrid(relative) };
}

/** The panel as it was `steps` steps earlier, of every series that is longer than that. */
function withoutLatest(panel: Panel, steps: number): Panel {
  const history = panel.history.map((past) => Math.max(0, past - steps));
  const hide = (values: Float64Array): Float64Array => {
    const hidden = values.slice();
    history.forEach((past, index) => {
      hidden.fill(Number.NaN, panel.offsets[index]! + past, panel.offsets[index + 1]!);
    });
    return hidden;
  };
  return {
    ...panel,
    history,
    futureSteps: panel.futureSteps + steps,
    target: hide(panel.target),
    observed: panel.observed.map((covariate) => ({ ...covariate, values: hide(covariate.values) })),
  };
}

function notesOf(dataset: Dataset, fits: readonly StageFit[], settings: BoostOptions): string[] {
  const { plan, rows } = dataset;
  const trees = fits.map(({ booster }) => booster.trees.length).join(", ");
  const notes = [
    `${trees} trees of up to ${settings.leaves} leaves on ${rows.count} rows of ${plan.features.length} features, ${settings.objective.kind} loss.`,
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
