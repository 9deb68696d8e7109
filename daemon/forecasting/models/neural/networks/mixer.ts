import {
  add,
  dense,
  normalise,
  type Parameters,
  relu,
  repeat,
  reshape,
  type Tensor,
  transpose,
} from "../../../../engine/index.ts";
import type { Drop, Network } from "../network.ts";
import { beside, seasonalMap } from "./blocks.ts";

export interface MixerOptions {
  readonly units: number;
  readonly layers: number;
}

/**
 * TSMixer with covariates (Chen et al. 2023): past channels are projected in time to the horizon, joined with the future
 * covariates and statics, and mixed in turn over time and over features.
 */
export const mixerNetwork: Network<MixerOptions> = (parameters, inputs, shape, { units, layers }, drop) => {
  const { lookback, horizon, outputs } = shape;
  const channels = beside([
    reshape(inputs.past, [-1, lookback, 1]),
    inputs.mask === undefined ? undefined : reshape(inputs.mask, [-1, lookback, 1]),
    inputs.pastInputs,
  ]);
  const aligned = transpose(dense(parameters, "align", transpose(channels), horizon));
  const parts: (Tensor | undefined)[] = [
    featureMixing(parameters, "past", aligned, units, drop),
    inputs.futureInputs === undefined
      ? undefined
      : featureMixing(parameters, "future", inputs.futureInputs, units, drop),
    inputs.static === undefined
      ? undefined
      : repeat(reshape(relu(dense(parameters, "static", inputs.static, units)), [-1, 1, units]), 1, horizon),
  ];
  let mixed = beside(parts);
  for (let layer = 0; layer < layers; layer++) {
    const timed = timeMixing(parameters, `time${layer}`, mixed, horizon, drop);
    mixed = featureMixing(parameters, `feature${layer}`, timed, units, drop);
  }
  return add(dense(parameters, "outputs", mixed, outputs), seasonalMap(parameters, "linear", inputs.past, shape, 1));
};

/** Each channel's own course in time, shared between channels: x [batch, horizon, channels]. */
function timeMixing(parameters: Parameters, name: string, x: Tensor, horizon: number, drop: Drop): Tensor {
  const inner = drop(relu(dense(parameters, name, transpose(x), horizon)), name);
  return normalise(parameters, `${name}.norm`, add(transpose(inner), x));
}

/** What channels say together, step by step: x [batch, horizon, channels] → [batch, horizon, units]. */
function featureMixing(parameters: Parameters, name: string, x: Tensor, units: number, drop: Drop): Tensor {
  const inner = relu(dense(parameters, `${name}.hidden`, x, units));
  const outer = drop(dense(parameters, `${name}.output`, inner, units), name);
  const skip = dense(parameters, `${name}.skip`, x, units, { bias: false });
  return normalise(parameters, `${name}.norm`, add(outer, skip));
}
