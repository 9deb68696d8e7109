import { stackRows, validationSteps } from "../../features/dataset.ts";
import type { FeatureMatrix } from "../../features/matrix.ts";
import { type Panel, rowsOf } from "../../panel/panel.ts";
import type { FitContext } from "../forecaster.ts";
import { quantileGrid } from "../intervals.ts";
import { stepSizes } from "../step-sizes.ts";
import { type BoostOptions, boost } from "./boost.ts";
import { quantile } from "./objective.ts";
import { windowRows } from "./predict.ts";
import { errorSizes } from "./spread.ts";
import type { ErrorModel, State } from "./state.ts";
import { innerPanel } from "./target-scale.ts";

/** Rows the early trees did not learn from (all rows where nothing could be held out), and their errors. */
export interface HeldOut {
  readonly matrix: FeatureMatrix;
  readonly errors: Float64Array;
}

/** Size of errors by a small booster, so that intervals widen where the model errs more, and quantiles of error ÷ size. */
export async function fitErrors(
  held: readonly HeldOut[],
  options: BoostOptions,
  context: FitContext,
): Promise<ErrorModel> {
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
      ...options,
      objective: { kind: "squared" },
      monotone: new Int8Array(options.monotone.length),
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
export async function recursiveErrors(
  panel: Panel,
  state: State,
  context: FitContext,
): Promise<ErrorModel | undefined> {
  const reach = context.gap + context.horizon;
  const series = Array.from(panel.history.keys()).filter((index) => {
    return validationSteps(panel.history[index]!, 1, 0) >= reach || panel.history[index]! >= 3 * reach;
  });
  if (series.length === 0) return undefined;
  const earlier = withoutLatest(panel, reach);
  const { matrix, scaled } = await windowRows(state, earlier, series, context);
  const { target } = innerPanel(panel, state.transform);
  const errors: number[] = [];
  const steps: number[] = [];
  scaled.forEach((value, row) => {
    const index = series[Math.floor(row / context.horizon)]!;
    const step = row % context.horizon;
    const at = rowsOf(panel, index).pastEnd - context.horizon + step;
    const error = (target[at]! - matrix.centre[row]!) / matrix.scale[row]! - value;
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
      const { start, end } = rowsOf(panel, index);
      hidden.fill(Number.NaN, start + past, end);
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
