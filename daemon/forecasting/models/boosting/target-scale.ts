import { DataError } from "../../../../protocol/errors.ts";
import type { FeatureMatrix } from "../../features/matrix.ts";
import type { Panel } from "../../panel/panel.ts";
import { gridQuantile } from "../intervals.ts";
import type { ScaledContributions } from "../scaled-attribution.ts";
import type { BoostingOptions } from "./options.ts";
import type { State } from "./state.ts";

/** What is done to the target before its features and rows are made: nothing, or its natural logarithm. */
export type Transform = "none" | "log";

/** The panel as the trees see it; values without a logarithm are missing. */
export function innerPanel(panel: Panel, transform: Transform): Panel {
  if (transform === "none") return panel;
  return { ...panel, target: panel.target.map((value) => (value > 0 ? Math.log(value) : Number.NaN)) };
}

/** A scaled value on the scale of the inner panel. */
export function innerValue(matrix: FeatureMatrix, row: number, scaled: number): number {
  return matrix.centre[row]! + matrix.scale[row]! * scaled;
}

/** A scaled value in units of the target. */
export function outerValue({ transform, floor }: State, matrix: FeatureMatrix, row: number, scaled: number): number {
  const inner = innerValue(matrix, row, scaled);
  if (transform === "log") return Math.exp(inner);
  return Math.max(floor ?? Number.NEGATIVE_INFINITY, inner);
}

/** Largest standard deviation of errors of logarithms that a mean is made of: one of 1 makes it 1.65 times the median. */
const widest = 1;

/**
 * By how much the mean of a row exceeds its scaled forecast taken back: 1 without a transform, else that of the log-normal distribution
 * with the middle two thirds of the errors (a mean over all of them would be ruled by the few widest). It rests on the usual
 * size of the errors at that step, so that no covariate moves it, and monotone constraints hold for the mean too. Trees of quantiles
 * forecast the median instead: 1.
 */
export function meanFactor({ transform, error }: State, matrix: FeatureMatrix, row: number, horizon: number): number {
  if (transform === "none" || error === undefined) return 1;
  const { steps, quantiles } = error;
  const size = matrix.scale[row]! * steps[Math.min(row % horizon, steps.length - 1)]!;
  const deviation = (size * (gridQuantile(quantiles, 0.841) - gridQuantile(quantiles, 0.159))) / 2;
  return Math.exp(Math.min(widest, deviation) ** 2 / 2);
}

/**
 * Contributions on the scale of the target, as those of a matrix without centre and scale. What moves the logarithm shares the change of
 * the value in proportion, so that the parts still add up.
 */
export function outerContributions(
  state: State,
  matrix: FeatureMatrix,
  contributions: ScaledContributions,
  factors: Float64Array,
): { readonly matrix: FeatureMatrix; readonly contributions: ScaledContributions } {
  if (state.transform === "none") return { matrix, contributions };
  const width = contributions.factors.length;
  const start = new Float64Array(matrix.rows);
  const values = new Float64Array(contributions.values.length);
  for (let row = 0; row < matrix.rows; row++) {
    const own = contributions.values.subarray(row * width, (row + 1) * width);
    const moved = own.reduce((sum, value) => sum + value, 0);
    const value = (scaled: number): number => factors[row]! * Math.exp(innerValue(matrix, row, scaled));
    start[row] = value(contributions.start[row]!);
    const stretch = moved === 0 ? 0 : (value(contributions.start[row]! + moved) - start[row]!) / moved;
    values.set(
      own.map((part) => part * stretch),
      row * width,
    );
  }
  const plain = { ...matrix, centre: new Float64Array(matrix.rows), scale: new Float64Array(matrix.rows).fill(1) };
  return { matrix: plain, contributions: { ...contributions, start, values } };
}

/** How much the value of each row moves with its scaled forecast. */
export function outerSlopes({ transform }: State, matrix: FeatureMatrix, scaled: Float64Array): Float64Array {
  if (transform === "none") return matrix.scale;
  return matrix.scale.map((scale, row) => scale * Math.exp(innerValue(matrix, row, scaled[row]!)));
}

/** Share of the values that may be without a logarithm: they count as missing. */
const fewZeros = 0.01;

/** Losses of counts have no meaning below zero, logarithms of most values none at zero either. */
export function unsuitedTarget(
  target: Float64Array,
  { objective, transform }: Pick<BoostingOptions, "objective" | "transform">,
): DataError | undefined {
  const counts = objective === "poisson" || objective === "tweedie";
  const negative = counts ? target.find((value) => value < 0) : undefined;
  if (negative !== undefined) {
    return new DataError(`The ${objective} loss is for counts, but the target has ${negative}.`, {
      code: "negative-target",
      fix: "Use the objective squared, absolute or huber.",
    });
  }
  if (transform === "none") return undefined;
  const values = target.filter((value) => !Number.isNaN(value));
  const low = values.filter((value) => value <= 0);
  if (low.length <= fewZeros * values.length) return undefined;
  return new DataError(
    `The logarithm is for targets above zero, but ${low.length} of ${values.length} values are not.`,
    {
      code: "target-without-logarithm",
      fix: "Use transform: none.",
    },
  );
}
