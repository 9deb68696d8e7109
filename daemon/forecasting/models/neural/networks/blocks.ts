import {
  add,
  concat,
  dense,
  mean,
  normalise,
  type Parameters,
  relu,
  reshape,
  slice,
  type Tensor,
  transpose,
} from "../../../../engine/index.ts";
import type { Drop, NetworkShape } from "../network.ts";

/** Numbers that a block holds inside, and that it gives. */
export interface BlockWidths {
  readonly hidden: number;
  readonly output: number;
}

/** Residual block of TiDE (Das et al. 2023): a hidden layer beside a linear one, dropout, layer norm. x [..., in] → [..., output]. */
export function residualBlock(
  parameters: Parameters,
  name: string,
  x: Tensor,
  { hidden, output }: BlockWidths,
  drop: Drop,
): Tensor {
  const inner = relu(dense(parameters, `${name}.hidden`, x, hidden));
  const outer = drop(dense(parameters, `${name}.output`, inner, output), name);
  const skip = dense(parameters, `${name}.skip`, x, output, { bias: false });
  return normalise(parameters, `${name}.norm`, add(outer, skip));
}

/**
 * Linear map of the normalised past to every step, [batch, lookback] → [batch, horizon, outputs]. Steps are foreseen from those of
 * their own phase of the season, by weights that all phases share, from the seasons' means (Lin et al. 2024, SparseTSF, with means
 * in place of its smoothing) and from each step of the last season. A map with weights of its own for every pair of steps fits
 * noise as soon as windows are long.
 */
export function seasonalMap(
  parameters: Parameters,
  name: string,
  past: Tensor,
  { lookback, horizon, gap, period }: NetworkShape,
  outputs: number,
): Tensor {
  const zeros = { initial: "zeros" } as const;
  const seasons = Math.floor(lookback / period);
  const ahead = Math.ceil((gap + horizon) / period);
  const whole = reshape(slice(past, 1, lookback - seasons * period, lookback), [-1, seasons, period]);
  const phases = dense(parameters, `${name}.phases`, transpose(whole), ahead * outputs, zeros);
  const joined = (steps: Tensor): Tensor => {
    const byStep = transpose(reshape(steps, [-1, period, ahead, outputs]), [0, 2, 1, 3]);
    return slice(reshape(byStep, [-1, ahead * period, outputs]), 1, gap, gap + horizon);
  };
  if (period === 1) return joined(phases);
  const means = reshape(mean(whole, { axes: [2] }), [-1, 1, seasons]);
  const levels = dense(parameters, `${name}.levels`, means, ahead * outputs, { ...zeros, bias: false });
  const latest = dense(parameters, `${name}.latest`, slice(past, 1, lookback - period, lookback), horizon * outputs, {
    ...zeros,
    bias: false,
  });
  return add(joined(add(phases, levels)), reshape(latest, [-1, horizon, outputs]));
}

/** Those of `parts` that are there, side by side along the last axis. */
export function beside(parts: readonly (Tensor | undefined)[]): Tensor {
  return concat(
    parts.filter((part) => part !== undefined),
    -1,
  );
}
