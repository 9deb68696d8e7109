import { EngineError } from "../../../protocol/errors.ts";
import { hashText } from "../random.ts";
import { type Shape, sizeOf } from "../shape.ts";
import { type Operand, type Tensor, withGradient } from "../tensor.ts";
import { add, div, erf, exp, less, log, mul, neg, reciprocal, sigmoid, sqrt, sub, where } from "./elementwise.ts";
import { expand, reshape } from "./layout.ts";
import { matmul } from "./matmul.ts";
import { mean, softmax } from "./reduce.ts";
import { range, scalar, stepKey } from "./source.ts";

/** x Φ(x), with the exact normal distribution (Hendrycks and Gimpel 2016). */
export function gelu(x: Tensor): Tensor {
  const below = mul(add(erf(mul(x, Math.SQRT1_2)), 1), 0.5);
  return withGradient(mul(x, below), [x], (received) => {
    const density = mul(exp(mul(mul(x, x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
    return [mul(received, add(below, mul(x, density)))];
  });
}

/** x σ(x), also called swish. */
export function silu(x: Tensor): Tensor {
  const gate = sigmoid(x);
  const y = mul(x, gate);
  return withGradient(y, [x], (received) => [mul(received, add(gate, sub(y, mul(y, gate))))]);
}

/** Exponential linear unit with α = 1: x above zero, exp(x) - 1 below. */
export function elu(x: Tensor): Tensor {
  return where(less(x, 0), sub(expOfNegative(x), 1), x);
}

/** exp(min(x, 0)) without the overflow that a masked-out branch would carry into its gradient. */
function expOfNegative(x: Tensor): Tensor {
  const below = where(less(x, 0), x, 0);
  return div(sigmoid(below), sigmoid(neg(below)));
}

/** Last axis to mean 0 and variance 1, then scaled and shifted (Ba et al. 2016). */
export function layerNorm(x: Tensor, scale?: Tensor, shift?: Tensor, epsilon = 1e-5): Tensor {
  const across = { axes: [-1], keepdims: true };
  const centred = sub(x, mean(x, across));
  const variance = mean(mul(centred, centred), across);
  const inverse = reciprocal(sqrt(add(variance, epsilon)));
  const plain = mul(centred, inverse);
  const unit = withGradient(plain, [x], (received) => {
    const along = mul(plain, mean(mul(received, plain), across));
    return [mul(sub(sub(received, mean(received, across)), along), inverse)];
  });
  const scaled = scale === undefined ? unit : mul(unit, scale);
  return shift === undefined ? scaled : add(scaled, shift);
}

/**
 * Scaled dot-product attention: queries [..., m, d], keys [..., n, d], values [..., n, e] → [..., m, e]
 * (Vaswani et al. 2017). `mask` broadcasts to [..., m, n]; false hides a key. Also returns the weights.
 */
export function attention(
  queries: Tensor,
  keys: Tensor,
  values: Tensor,
  mask?: Tensor,
): { output: Tensor; weights: Tensor } {
  const width = Number(queries.shape.at(-1));
  const scores = mul(matmul(queries, keys, { transB: true }), 1 / Math.sqrt(width));
  const weights = softmax(mask === undefined ? scores : where(mask, scores, -1e9));
  return { output: matmul(weights, values), weights };
}

/**
 * Zeroes a share of the values at random and scales up the rest (Srivastava et al. 2014), for training graphs only.
 * The mask is a hash of the step's key, `site` (another name for every use in a model) and the position, in wrapping
 * int32 arithmetic: the same on every device, and nothing random is stored.
 */
export function dropout(x: Tensor, rate: number, site: string): Tensor {
  if (!(rate >= 0 && rate < 1)) throw new EngineError(`dropout: the rate must be at least 0 and below 1, not ${rate}.`);
  if (rate === 0) return x;
  const kept = less(randomBits(x.shape, site), Math.round((1 - rate) * 2 ** 32 - 2 ** 31));
  return mul(x, where(kept, 1 / (1 - rate), 0));
}

/** Hashed int32 for every position of a static shape; the upper bits are the random ones. */
function randomBits(shape: Shape, site: string): Tensor {
  const key = add(mul(stepKey(), 0x2545f491), hashText(site));
  const counters = add(mul(range(sizeOf(shape)), 0x61c88647), key);
  return reshape(scramble(scramble(counters)), shape);
}

/** x (2x + 1) modulo 2³²: a permutation whose upper bits depend on all bits (the mixing function of RC6, 1998). */
function scramble(x: Tensor): Tensor {
  return mul(x, add(add(x, x), 1));
}

/** log Γ(x) for x > 0 by Stirling's series after five steps of the recurrence; relative error below 1e-6 in float32. */
export function logGamma(x: Tensor): Tensor {
  const product = mul(mul(x, add(x, 1)), mul(mul(add(x, 2), add(x, 3)), add(x, 4)));
  const z = add(x, 5);
  const inverse = reciprocal(z);
  const squared = mul(inverse, inverse);
  const series = mul(inverse, add(mul(squared, add(mul(squared, 1 / 1260), -1 / 360)), 1 / 12));
  const main = add(sub(mul(sub(z, 0.5), log(z)), z), 0.5 * Math.log(2 * Math.PI));
  return sub(add(main, series), log(product));
}

/** A tensor of one value. */
export function full(value: Operand, shape: Shape): Tensor {
  return expand(typeof value === "number" ? scalar(value) : value, shape);
}
