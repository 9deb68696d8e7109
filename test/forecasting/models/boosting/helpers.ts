import {
  type BoostControl,
  type BoostData,
  type BoostOptions,
  boost,
} from "../../../../daemon/forecasting/models/boosting/boost.ts";
import { uniformStream } from "../../../../daemon/forecasting/numerics/random.ts";

export const plainControl: BoostControl = {
  signal: new AbortController().signal,
  deadline: Number.POSITIVE_INFINITY,
};

/** Settings without any sampling or regularisation, for `width` features. */
export function plainOptions(width: number, changes: Partial<BoostOptions> = {}): BoostOptions {
  return {
    objective: { kind: "squared" },
    rounds: 30,
    learningRate: 0.2,
    leaves: 8,
    depth: 30,
    minData: 5,
    minHessian: 1e-3,
    minGain: 0,
    l1: 0,
    l2: 0,
    categoryL2: 10,
    categorySmooth: 10,
    monotone: new Int8Array(width),
    maxBins: 256,
    featureFraction: 1,
    rowFraction: 1,
    patience: 0,
    seed: 1,
    threads: 1,
    ...changes,
  };
}

/** Uniform columns and a target made from each row's values. */
export function makeData(
  rows: number,
  width: number,
  target: (values: readonly number[], random: () => number) => number,
  seed = 1,
): BoostData {
  const random = uniformStream(seed, "mulberry32");
  const columns = Array.from({ length: width }, () => Float32Array.from({ length: rows }, random));
  const values = Float64Array.from({ length: rows }, (_, row) =>
    target(
      columns.map((column) => column[row]!),
      random,
    ),
  );
  return { table: { rows, columns, categorical: columns.map(() => false) }, target: values };
}

/** Trains without validation rows. */
export async function train(data: BoostData, options: BoostOptions) {
  return (await boost(data, undefined, options, plainControl)).booster;
}
