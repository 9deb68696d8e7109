import { add, concat, dense, normalise, type Parameters, relu, reshape, type Tensor } from "../../../engine/index.ts";

type Drop = (x: Tensor, site: string) => Tensor;

/** Residual block of TiDE (Das et al. 2023): a hidden layer beside a linear one, dropout, layer norm. x [..., in] → [..., units]. */
export function residualBlock(
  parameters: Parameters,
  name: string,
  x: Tensor,
  units: number,
  hidden: number,
  drop: Drop,
): Tensor {
  const inner = relu(dense(parameters, `${name}.hidden`, x, hidden));
  const outer = drop(dense(parameters, `${name}.output`, inner, units), name);
  const skip = dense(parameters, `${name}.skip`, x, units, { bias: false });
  return normalise(parameters, `${name}.norm`, add(outer, skip));
}

/** Linear map of the normalised past to every step, the same for all outputs: [batch, lookback] → [batch, horizon, 1]. */
export function linearSkip(parameters: Parameters, name: string, past: Tensor, horizon: number): Tensor {
  return reshape(dense(parameters, name, past, horizon, { initial: "zeros" }), [-1, horizon, 1]);
}

/** Those of `parts` that are there, side by side along the last axis. */
export function beside(parts: readonly (Tensor | undefined)[]): Tensor {
  return concat(
    parts.filter((part) => part !== undefined),
    -1,
  );
}
