import { nextTurn } from "../../numerics/next-turn.ts";
import { elasticNet, type Moments, momentsOf } from "./solve.ts";

/** Penalties that are tried, large ones first: a lasso starts each from the one before. */
export const penaltyGrid = [10, 3, 1, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001, 1e-4];

export interface LinearFit {
  readonly intercept: number;
  readonly coefficients: Float64Array;
  readonly penalty: number;
  /** Errors of the held-out rows (of the training rows where none were held out). */
  readonly errors: Float64Array;
}

export interface LinearData {
  /** Row-major standardised inputs. */
  readonly values: Float64Array;
  readonly width: number;
  readonly target: Float64Array;
  readonly train: Int32Array;
  readonly valid: Int32Array;
}

/** Rows whose sums are added between two looks at the event loop. */
const block = 500;

/** Elastic net whose penalty does best on the held-out rows (mean absolute error), then fitted on all rows. */
export async function fitLinear(
  data: LinearData,
  options: { readonly penalty?: number | undefined; readonly share: number },
  signal: AbortSignal,
): Promise<LinearFit> {
  const target = winsorise(data.target);
  const { train, valid } = data;
  const all = Int32Array.from({ length: target.length }, (_, row) => row);
  const intercept = meanOf(target, train.length > 0 ? train : all);
  const centred = target.map((value) => value - intercept);
  const trainMoments = await moments(data, centred, train, signal);
  const held = valid.length > 0;
  const penalties = options.penalty === undefined ? penaltyGrid : [options.penalty];
  let coefficients: Float64Array = new Float64Array(data.width);
  let best = { penalty: penalties[0]!, loss: Number.POSITIVE_INFINITY, coefficients };
  for (const penalty of penalties) {
    coefficients = elasticNet(trainMoments, penalty, options.share, coefficients);
    const loss = meanAbsolute(errorsOf(data, coefficients, intercept, held ? valid : train));
    if (loss < best.loss) best = { penalty, loss, coefficients };
    await nextTurn();
    signal.throwIfAborted();
  }
  const errors = errorsOf(data, best.coefficients, intercept, held ? valid : train);
  const used = new Set(train);
  const rest = await moments(
    data,
    centred,
    all.filter((row) => !used.has(row)),
    signal,
  );
  const total = sum(trainMoments, rest);
  return {
    intercept,
    coefficients: elasticNet(total, best.penalty, options.share, best.coefficients),
    penalty: best.penalty,
    errors,
  };
}

/** Linear predictions of some rows. */
export function linearPredictions(
  values: Float64Array,
  coefficients: Float64Array,
  intercept: number,
  rows: Iterable<number>,
): Float64Array {
  const width = coefficients.length;
  return Float64Array.from(rows, (row) => {
    let total = intercept;
    for (let i = 0; i < width; i++) total += coefficients[i]! * values[row * width + i]!;
    return total;
  });
}

function errorsOf(data: LinearData, coefficients: Float64Array, intercept: number, rows: Int32Array): Float64Array {
  const predicted = linearPredictions(data.values, coefficients, intercept, rows);
  return predicted.map((value, i) => data.target[rows[i]!]! - value);
}

function meanAbsolute(errors: Float64Array): number {
  return errors.reduce((total, error) => total + Math.abs(error), 0) / errors.length;
}

function meanOf(values: Float64Array, rows: Int32Array): number {
  return rows.reduce((total, row) => total + values[row]!, 0) / rows.length;
}

/** Pulls the extreme percent in, so that single outliers do not tilt a squared loss. */
function winsorise(values: Float64Array): Float64Array {
  const sorted = values.toSorted();
  const at = (level: number): number => sorted[Math.floor(level * (sorted.length - 1))]!;
  const [low, high] = [at(0.005), at(0.995)];
  return values.map((value) => Math.max(low, Math.min(high, value)));
}

async function moments(
  data: LinearData,
  target: Float64Array,
  rows: Int32Array,
  signal: AbortSignal,
): Promise<Moments> {
  let total: Moments = momentsOf(data.values, data.width, target, rows.subarray(0, block));
  for (let from = block; from < rows.length; from += block) {
    total = sum(total, momentsOf(data.values, data.width, target, rows.subarray(from, from + block)));
    await nextTurn();
    signal.throwIfAborted();
  }
  return total;
}

function sum(a: Moments, b: Moments): Moments {
  return {
    width: a.width,
    rows: a.rows + b.rows,
    gram: a.gram.map((value, i) => value + b.gram[i]!),
    cross: a.cross.map((value, i) => value + b.cross[i]!),
  };
}
