import {
  add,
  dense,
  gru,
  gruStep,
  gruWeights,
  linear,
  type Parameters,
  pad,
  relu,
  repeat,
  reshape,
  slice,
  type Tensor,
  transpose,
} from "../../../engine/index.ts";
import type { Network, NetworkInputs } from "../network.ts";
import { beside, linearSkip } from "./blocks.ts";

export interface RecurrentOptions {
  readonly units: number;
  /** Steps of a segment; chosen by the window when 0. */
  readonly segment: number;
}

/** Segments a window is cut into at most when the length of a segment is chosen by itself. */
const mostSegments = 16;

/**
 * SegRNN (Lin et al. 2023): the past is cut into segments that a GRU reads one after the other; every segment of the future is
 * then decoded in parallel from the last state and its own position and covariates.
 */
export const recurrentNetwork: Network<RecurrentOptions> = (parameters, inputs, shape, options, drop) => {
  const { lookback, horizon, outputs } = shape;
  const { units } = options;
  const length = options.segment > 0 ? options.segment : Math.ceil(Math.max(lookback, horizon) / mostSegments);
  const encoderSteps = Math.ceil(lookback / length);
  const decoderSteps = Math.ceil(horizon / length);
  const lead = encoderSteps * length - lookback;
  const segments = (x: Tensor, width: number): Tensor =>
    reshape(lead === 0 ? x : pad(x, 1, lead, 0), [-1, encoderSteps, length * width]);
  const read = beside([
    segments(inputs.past, 1),
    inputs.mask === undefined ? undefined : segments(inputs.mask, 1),
    inputs.pastInputs === undefined ? undefined : segments(inputs.pastInputs, shape.known + shape.observed),
  ]);
  const embedded = relu(dense(parameters, "segments", transpose(read, [1, 0, 2]), units));
  const weights = gruWeights(parameters, "gru", units, units);
  const state = gru(embedded, weights).at(-1)!;
  const decoderInput = reshape(decoderInputs(parameters, inputs, shape, decoderSteps, length, units), [-1, units]);
  const states = reshape(repeat(reshape(state, [-1, 1, units]), 1, decoderSteps), [-1, units]);
  const [update, reset, candidate] = weights.input.map((weight, gate) =>
    linear(decoderInput, weight, weights.bias[gate]!),
  );
  const decodedStates = drop(gruStep(weights, [update!, reset!, candidate!], states), "decoder");
  const values = reshape(dense(parameters, "outputs", decodedStates, length * outputs), [
    -1,
    decoderSteps * length,
    outputs,
  ]);
  return add(slice(values, 1, 0, horizon), linearSkip(parameters, "linear", inputs.past, horizon));
};

/** Position, covariates and statics of every future segment: [batch, segments, units]. */
function decoderInputs(
  parameters: Parameters,
  inputs: NetworkInputs,
  { horizon, known }: { horizon: number; known: number },
  steps: number,
  length: number,
  units: number,
): Tensor {
  const position = parameters.weight("position", [1, steps, units], { normal: 0.1 }, false);
  const tail = steps * length - horizon;
  let sum = position;
  if (inputs.futureInputs !== undefined) {
    const padded = tail === 0 ? inputs.futureInputs : pad(inputs.futureInputs, 1, 0, tail);
    sum = add(dense(parameters, "future", reshape(padded, [-1, steps, length * known]), units), sum);
  }
  if (inputs.static !== undefined) {
    const fixed = reshape(dense(parameters, "static", inputs.static, units), [-1, 1, units]);
    sum = add(fixed, sum);
  }
  if (sum === position) sum = add(position, reshape(dense(parameters, "summary", inputs.past, units), [-1, 1, units]));
  return relu(sum);
}
