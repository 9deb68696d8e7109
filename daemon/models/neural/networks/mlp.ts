import { add, dense, relu, reshape } from "../../../engine/index.ts";
import type { Network } from "../network.ts";
import { beside, linearSkip, residualBlock } from "./blocks.ts";

export interface MlpOptions {
  readonly units: number;
  readonly layers: number;
}

/** Numbers a step's covariates are reduced to before they are flattened. */
const projected = 4;

/** Numbers a step gets from the decoder. */
const decoded = 8;

/**
 * TiDE (Das et al. 2023): residual dense encoder over the whole window, decoder, and a temporal decoder that sees each
 * step's own covariates; a linear map of the past is added. With `layers: 0` only the linear map and the covariates' linear effect
 * remain (NLinear, Zeng et al. 2023).
 */
export const mlpNetwork: Network<MlpOptions> = (parameters, inputs, shape, { units, layers }, drop) => {
  const { past, mask, pastInputs, futureInputs } = inputs;
  const { lookback, horizon, outputs } = shape;
  const skip = linearSkip(parameters, "linear", past, horizon);
  if (layers === 0) {
    const heads = reshape(dense(parameters, "heads", past, horizon * outputs, { initial: "zeros" }), [
      -1,
      horizon,
      outputs,
    ]);
    const effect =
      futureInputs === undefined ? undefined : dense(parameters, "effect", futureInputs, outputs, { initial: "zeros" });
    return add(effect === undefined ? heads : add(heads, effect), skip);
  }
  const future = futureInputs === undefined ? undefined : relu(dense(parameters, "future", futureInputs, projected));
  const flat = [
    past,
    mask,
    pastInputs === undefined
      ? undefined
      : reshape(relu(dense(parameters, "past", pastInputs, projected)), [-1, lookback * projected]),
    future === undefined ? undefined : reshape(future, [-1, horizon * projected]),
    inputs.static,
  ];
  let encoded = beside(flat);
  for (let layer = 0; layer < layers; layer++) {
    encoded = residualBlock(parameters, `encoder${layer}`, encoded, units, units, drop);
  }
  const steps = reshape(residualBlock(parameters, "decoder", encoded, horizon * decoded, units, drop), [
    -1,
    horizon,
    decoded,
  ]);
  const temporal = beside([steps, futureInputs]);
  const hidden = relu(dense(parameters, "temporal", temporal, 32));
  return add(dense(parameters, "outputs", hidden, outputs), skip);
};
