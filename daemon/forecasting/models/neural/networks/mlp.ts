import { add, dense, mean, type Parameters, pad, relu, reshape, type Tensor } from "../../../../engine/index.ts";
import type { Network } from "../network.ts";
import { beside, residualBlock, seasonalMap } from "./blocks.ts";

export interface MlpOptions {
  readonly units: number;
  readonly layers: number;
}

/** Numbers a step's covariates are reduced to before they are flattened. */
const projected = 4;

/** Numbers a step gets from the decoder: fewer where there are many steps, since each has weights of its own. */
function decodedNumbers(horizon: number): number {
  return Math.max(2, Math.min(8, Math.round(512 / horizon)));
}

/** Steps whose covariates the encoder reads one by one at most: of longer windows it reads means of neighbours. */
const mostCovariateSteps = 64;

/**
 * TiDE (Das et al. 2023): residual dense encoder over the whole window, decoder, and a temporal decoder that sees each
 * step's own covariates; a linear map of the past is added. With `layers: 0` only the linear map and the covariates' linear effect
 * remain (NLinear, Zeng et al. 2023).
 */
export const mlpNetwork: Network<MlpOptions> = (parameters, inputs, shape, { units, layers }, drop) => {
  const { past, mask, pastInputs, futureInputs } = inputs;
  const { lookback, horizon, outputs } = shape;
  const skip = seasonalMap(parameters, "linear", past, shape, layers === 0 ? outputs : 1);
  if (layers === 0) {
    const effect =
      futureInputs === undefined ? undefined : dense(parameters, "effect", futureInputs, outputs, { initial: "zeros" });
    return effect === undefined ? skip : add(effect, skip);
  }
  let encoded = beside([
    past,
    mask,
    summary(parameters, "past", pastInputs, lookback),
    summary(parameters, "future", futureInputs, horizon),
    inputs.static,
  ]);
  for (let layer = 0; layer < layers; layer++) {
    encoded = residualBlock(parameters, `encoder${layer}`, encoded, { hidden: units, output: units }, drop);
  }
  const width = decodedNumbers(horizon);
  const decoded = residualBlock(parameters, "decoder", encoded, { hidden: units, output: horizon * width }, drop);
  const temporal = beside([reshape(decoded, [-1, horizon, width]), futureInputs]);
  const hidden = relu(dense(parameters, "temporal", temporal, 32));
  return add(dense(parameters, "outputs", hidden, outputs), skip);
};

/** Covariates x [batch, steps, width] as the encoder reads them, step by step or in means of neighbours: [batch, …]. */
function summary(parameters: Parameters, name: string, x: Tensor | undefined, steps: number): Tensor | undefined {
  if (x === undefined) return undefined;
  const size = Math.ceil(steps / mostCovariateSteps);
  const count = Math.ceil(steps / size);
  const width = Number(x.shape.at(-1));
  const groups = reshape(pad(x, 1, count * size - steps, 0), [-1, count, size, width]);
  const read = size === 1 ? x : mean(groups, { axes: [2] });
  return reshape(relu(dense(parameters, name, read, projected)), [-1, count * projected]);
}
