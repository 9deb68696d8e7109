import {
  add,
  concat,
  dense,
  type GruWeights,
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
  stack,
  type Tensor,
  transpose,
  unstack,
} from "../../../../engine/index.ts";
import type { Network, NetworkInputs, NetworkShape } from "../network.ts";
import { beside, seasonalMap } from "./blocks.ts";
import { interpretableAttention } from "./gated.ts";

export interface RecurrentOptions {
  readonly units: number;
  /** Steps of a segment; chosen by the window when 0. */
  readonly segment: number;
  /** All segments of the future at once, or one after the other. */
  readonly decoding: "parallel" | "stepwise";
  /** Heads by which decoded segments look back at the encoded ones; none when 0. */
  readonly attention: number;
}

/** Segments a window is cut into at most when the length of a segment is chosen by itself. */
const mostSegments = 16;

/** How past and future are cut. */
interface Segments {
  /** Steps of one. */
  readonly length: number;
  readonly past: number;
  readonly future: number;
}

/**
 * SegRNN (Lin et al. 2023): the past is cut into segments that a GRU reads one after the other; every segment of the future is
 * then decoded from the last state and its own position and covariates: all in parallel, or each from the state and the forecast of the
 * segment before it. The decoded segments may look back at the encoded ones by attention.
 */
export const recurrentNetwork: Network<RecurrentOptions> = (parameters, inputs, shape, options, drop) => {
  const { lookback, horizon, outputs } = shape;
  const { units, attention, decoding } = options;
  const length = options.segment > 0 ? options.segment : Math.ceil(Math.max(lookback, horizon) / mostSegments);
  const segments = { length, past: Math.ceil(lookback / length), future: Math.ceil(horizon / length) };
  const weights = gruWeights(parameters, "gru", units, units);
  const encoded = gru(encoderInputs(parameters, inputs, shape, segments, units), weights);
  const decoder = {
    weights,
    given: decoderInputs(parameters, inputs, shape, segments, units),
    last: encoded.at(-1)!,
  };
  const emit = (states: Tensor, site = "decoder"): Tensor =>
    dense(parameters, "outputs", drop(states, site), length * outputs);
  const read = (states: Tensor): Tensor => {
    if (attention === 0) return states;
    const seen = interpretableAttention(parameters, "attention", states, stack(encoded, 1), attention);
    return add(states, seen);
  };
  const values =
    decoding === "parallel"
      ? emit(read(reshape(inParallel(decoder, segments), [-1, segments.future, units])))
      : stepByStep(parameters, decoder, segments, (state, index) => emit(read(state), `decoder${index}`));
  const course = slice(reshape(values, [-1, segments.future * length, outputs]), 1, 0, horizon);
  return add(course, seasonalMap(parameters, "linear", inputs.past, shape, 1));
};

/** Every segment of the past, embedded: [segments, batch, units]. */
function encoderInputs(
  parameters: Parameters,
  { past, mask, pastInputs }: NetworkInputs,
  { lookback, known, observed }: NetworkShape,
  { length, past: count }: Segments,
  units: number,
): Tensor {
  const lead = count * length - lookback;
  const cut = (x: Tensor | undefined, width: number): Tensor | undefined =>
    x === undefined ? undefined : reshape(lead === 0 ? x : pad(x, 1, lead, 0), [-1, count, length * width]);
  const read = beside([cut(past, 1), cut(mask, 1), cut(pastInputs, known + observed)]);
  return relu(dense(parameters, "segments", transpose(read, [1, 0, 2]), units));
}

/** What the segments of the future are decoded from. */
interface Decoder {
  readonly weights: GruWeights;
  /** Position, covariates and statics of every segment: [batch, segments, units]. */
  readonly given: Tensor;
  /** The last encoded state, [batch, units]. */
  readonly last: Tensor;
}

/** States of all future segments at once, each one step after the last encoded state: [batch × segments, units]. */
function inParallel({ weights, given, last }: Decoder, { future }: Segments): Tensor {
  const units = Number(last.shape[1]);
  const states = reshape(repeat(reshape(last, [-1, 1, units]), 1, future), [-1, units]);
  return gruStep(weights, gatesOf(weights, reshape(given, [-1, units])), states);
}

/** Outputs of the future segments one after the other: [batch, segments, length × outputs]. */
function stepByStep(
  parameters: Parameters,
  { weights, given, last }: Decoder,
  { length }: Segments,
  emit: (state: Tensor, index: number) => Tensor,
): Tensor {
  const units = Number(last.shape[1]);
  let state = last;
  let before: Tensor | undefined;
  const emitted = unstack(given, 1).map((own, index) => {
    const input = before === undefined ? own : add(own, dense(parameters, "before", before, units));
    state = gruStep(weights, gatesOf(weights, relu(input)), state);
    const values = emit(reshape(state, [-1, 1, units]), index);
    const outputs = Number(values.shape.at(-1)) / length;
    // The mean, which comes first of a step's outputs, is what the next segment goes on from.
    before = reshape(slice(reshape(values, [-1, length, outputs]), 2, 0, 1), [-1, length]);
    return values;
  });
  return concat(emitted, 1);
}

/** What an input [rows, units] gives to the three gates. */
function gatesOf({ input, bias }: GruWeights, x: Tensor): [Tensor, Tensor, Tensor] {
  const [update, reset, candidate] = input.map((weight, gate) => linear(x, weight, bias[gate]!));
  return [update!, reset!, candidate!];
}

/** Position, covariates and statics of every future segment: [batch, segments, units]. */
function decoderInputs(
  parameters: Parameters,
  inputs: NetworkInputs,
  { horizon, known }: NetworkShape,
  { length, future }: Segments,
  units: number,
): Tensor {
  const position = parameters.weight("position", [1, future, units], { normal: 0.1 }, false);
  const tail = future * length - horizon;
  let sum = position;
  if (inputs.futureInputs !== undefined) {
    const padded = tail === 0 ? inputs.futureInputs : pad(inputs.futureInputs, 1, 0, tail);
    sum = add(dense(parameters, "future", reshape(padded, [-1, future, length * known]), units), sum);
  }
  if (inputs.static !== undefined) {
    const fixed = reshape(dense(parameters, "static", inputs.static, units), [-1, 1, units]);
    sum = add(fixed, sum);
  }
  if (sum === position) sum = add(position, reshape(dense(parameters, "summary", inputs.past, units), [-1, 1, units]));
  return relu(sum);
}
