import { logGamma } from "./ops/activation.ts";
import { abs, add, clip, div, log, maximum, mul, neg, reciprocal, square, sub } from "./ops/elementwise.ts";
import { openSymbol, reshape } from "./ops/layout.ts";
import { mean, sum } from "./ops/reduce.ts";
import { constant } from "./ops/source.ts";
import { sizeOf } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

/**
 * Mean of `values`, weighted where `weights` (broadcasting to them, 0 hides a value) are given. Hidden values must still
 * be finite: fill missing targets with zeros. All weights zero gives 0.
 */
export function weightedMean(values: Tensor, weights?: Tensor): Tensor {
  if (weights === undefined) return mean(values);
  const repeated = sizeOf(values.shape) / sizeOf(weights.shape);
  return div(sum(mul(values, weights)), maximum(mul(sum(weights), repeated), 1e-6));
}

/** Mean squared error. */
export function squaredError(prediction: Tensor, target: Tensor, weights?: Tensor): Tensor {
  return weightedMean(square(sub(prediction, target)), weights);
}

/** Mean absolute error. */
export function absoluteError(prediction: Tensor, target: Tensor, weights?: Tensor): Tensor {
  return weightedMean(abs(sub(prediction, target)), weights);
}

/** Huber's loss (1964): squared within ± delta, linear outside. */
export function huber(prediction: Tensor, target: Tensor, delta = 1, weights?: Tensor): Tensor {
  const error = sub(prediction, target);
  const held = clip(error, -delta, delta);
  return weightedMean(mul(held, sub(error, mul(held, 0.5))), weights);
}

/**
 * Quantile (pinball) loss averaged over `levels` (Koenker and Bassett 1978): prediction [..., levels], target and weights
 * without that axis.
 */
export function quantileLoss(prediction: Tensor, target: Tensor, levels: readonly number[], weights?: Tensor): Tensor {
  const column = (x: Tensor) => reshape(x, [...openSymbol(x.shape), 1]);
  const error = sub(column(target), prediction);
  const slopes = constant(
    Float32Array.from(levels, (level) => level - 0.5),
    [levels.length],
  );
  // max(q e, (q - 1) e) without a comparison.
  const pinball = add(mul(error, slopes), mul(abs(error), 0.5));
  return weightedMean(pinball, weights === undefined ? undefined : column(weights));
}

/** Negative log-likelihood of Student's t with positive degrees of freedom and scale. */
export function studentLoss(
  { location, scale, freedom }: { location: Tensor; scale: Tensor; freedom: Tensor },
  target: Tensor,
  weights?: Tensor,
): Tensor {
  const half = mul(add(freedom, 1), 0.5);
  const unit = div(sub(target, location), scale);
  const tail = mul(half, log(add(div(square(unit), freedom), 1)));
  const spread = add(mul(log(mul(freedom, Math.PI)), 0.5), log(scale));
  const norm = sub(logGamma(mul(freedom, 0.5)), logGamma(half));
  return weightedMean(add(add(tail, spread), norm), weights);
}

/**
 * Negative log-likelihood of the negative binomial with positive mean and dispersion α: variance mean + α mean²
 * (DeepAR's form, Salinas et al. 2020).
 */
export function negativeBinomialLoss(
  { mean: expected, dispersion }: { mean: Tensor; dispersion: Tensor },
  target: Tensor,
  weights?: Tensor,
): Tensor {
  const shape = reciprocal(dispersion);
  const odds = mul(dispersion, expected);
  const combinations = sub(logGamma(add(target, shape)), add(logGamma(shape), logGamma(add(target, 1))));
  const likelihood = sub(mul(target, log(odds)), mul(add(target, shape), log(add(odds, 1))));
  return weightedMean(neg(add(combinations, likelihood)), weights);
}
