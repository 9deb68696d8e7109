import { shapeError, staticDim } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { openSymbol, reshape } from "./layout.ts";
import { matmul } from "./matmul.ts";
import { max, mean } from "./reduce.ts";
import { constant } from "./source.ts";

/**
 * Linear interpolation along the last axis from `from` to `to` evenly spaced values, as one matrix product
 * (end values held, as N-HiTS's "linear" interpolation does).
 */
export function interpolate(x: Tensor, to: number): Tensor {
  const from = Number(x.shape.at(-1));
  if (from === to) return x;
  const weights = new Float32Array(from * to);
  for (let index = 0; index < to; index++) {
    const position = Math.min(Math.max(((index + 0.5) * from) / to - 0.5, 0), from - 1);
    const left = Math.floor(position);
    const right = Math.min(left + 1, from - 1);
    weights[left * to + index]! += left + 1 - position;
    weights[right * to + index]! += position - left;
  }
  return matmul(x, constant(weights, [from, to]));
}

/** Mean of every `size` neighbours along the last axis, whose length must be a multiple of `size`. */
export function averagePool(x: Tensor, size: number): Tensor {
  return mean(pooled(x, size), { axes: [-1] });
}

/** Greatest of every `size` neighbours along the last axis, whose length must be a multiple of `size`. */
export function maxPool(x: Tensor, size: number): Tensor {
  return max(pooled(x, size), { axes: [-1] });
}

function pooled(x: Tensor, size: number): Tensor {
  const length = staticDim("pool", x.shape, -1);
  if (length % size !== 0) throw shapeError("pool", [x.shape], `the last size is no multiple of ${size}`);
  return reshape(x, [...openSymbol(x.shape.slice(0, -1)), length / size, size]);
}
