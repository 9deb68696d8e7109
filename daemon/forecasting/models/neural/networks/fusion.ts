import {
  add,
  concat,
  dense,
  gru,
  gruWeights,
  type Parameters,
  pad,
  reshape,
  slice,
  stack,
  type Tensor,
  transpose,
} from "../../../../engine/index.ts";
import type { Drop, NetworkInputs, NetworkShape, SelectingNetwork } from "../network.ts";
import { beside, seasonalMap } from "./blocks.ts";
import { gatedResidual, gatedSkip, interpretableAttention, selectVariables } from "./gated.ts";
import { fixedVariables, futureVariables, pastVariables, type Variable } from "./variables.ts";

export interface FusionOptions {
  readonly units: number;
  readonly heads: number;
}

/** Steps the past and the future are cut into at most: longer windows are read in segments of several steps. */
const mostSteps = 16;

/**
 * Temporal fusion transformer (Lim et al. 2021): variables are weighed anew in every step, a recurrent encoder and decoder read
 * what is selected, static variables decide what counts, and attention looks back from each step of the future. A gated
 * recurrent unit stands for the paper's LSTM, and steps are segments as in SegRNN (Lin et al. 2023) where windows are long.
 * The linear map of the past is added, as in the other networks.
 */
export const fusionNetwork: SelectingNetwork<FusionOptions> = (parameters, inputs, shape, { units, heads }, drop) => {
  const { lookback, horizon, outputs } = shape;
  const fixed = selectFixed(parameters, inputs, shape, units, drop);
  const context = (role: string): Tensor | undefined =>
    fixed === undefined ? undefined : gatedResidual(parameters, `context.${role}`, fixed.sum, undefined, drop);

  const variableContext = context("variables");
  const pastGroup: VariableGroup = { name: "past", variables: pastVariables(shape), padded: "lead" };
  const pastSegments = segmented(parameters, pastGroup, pastChannels(inputs, lookback), units);
  const past = selectVariables(parameters, "past", pastSegments, variableContext, drop);
  const futureGroup: VariableGroup = { name: "future", variables: futureVariables(shape), padded: "tail" };
  const futureSegments =
    inputs.futureInputs === undefined ? undefined : segmented(parameters, futureGroup, inputs.futureInputs, units);
  const future =
    futureSegments === undefined
      ? undefined
      : selectVariables(parameters, "future", futureSegments, variableContext, drop);

  const length = segmentLength(horizon);
  const steps = Math.ceil(horizon / length);
  const position = parameters.weight("position", [1, steps, units], { normal: 0.1 }, false);
  const encoded = recur(parameters, "encoder", past.sum, context("state"));
  const last = encoded.at(-1)!;
  // Without known inputs the last state is repeated, told apart by position alone.
  const expected = add(future?.sum ?? reshape(last, [-1, 1, units]), position);
  const decoded = recur(parameters, "decoder", expected, last);

  const enrichment = context("enrichment");
  const enriched = (name: string, states: readonly Tensor[], skip: Tensor): { local: Tensor; rich: Tensor } => {
    const local = gatedSkip(parameters, `${name}.local`, stack(states, 1), skip, drop);
    return { local, rich: gatedResidual(parameters, "enrichment", local, enrichment, drop) };
  };
  const memory = enriched("encoder", encoded, past.sum);
  const ahead = enriched("decoder", decoded, expected);
  // Later steps are not hidden, as the paper hides them: the future holds nothing but what is known in advance.
  const seen = interpretableAttention(parameters, "attention", ahead.rich, concat([memory.rich, ahead.rich], 1), heads);
  const attended = gatedSkip(parameters, "attended", seen, ahead.rich, drop);
  const refined = gatedResidual(parameters, "feedforward", attended, undefined, drop);
  const hidden = gatedSkip(parameters, "output", refined, ahead.local, drop);
  const values = reshape(dense(parameters, "outputs", hidden, length * outputs), [-1, steps * length, outputs]);
  return {
    forecast: add(slice(values, 1, 0, horizon), seasonalMap(parameters, "linear", inputs.past, shape, 1)),
    selection: beside([past.weights, future?.weights, fixed?.weights]),
  };
};

function selectFixed(parameters: Parameters, inputs: NetworkInputs, shape: NetworkShape, units: number, drop: Drop) {
  if (inputs.static === undefined) return undefined;
  const row = reshape(inputs.static, [-1, 1, shape.static]);
  const group: VariableGroup = { name: "static", variables: fixedVariables(shape), padded: "lead" };
  const embedded = segmented(parameters, group, row, units);
  return selectVariables(parameters, "static", embedded, undefined, drop);
}

/** The target, where it is known, and the inputs of the past side by side: [batch, lookback, channels]. */
function pastChannels({ past, mask, pastInputs }: NetworkInputs, lookback: number): Tensor {
  const column = (x: Tensor | undefined) => (x === undefined ? undefined : reshape(x, [-1, lookback, 1]));
  return beside([column(past), column(mask), pastInputs]);
}

function segmentLength(steps: number): number {
  return Math.ceil(steps / mostSteps);
}

/** Variables that lie side by side in one input, and where its time is filled up to whole segments. */
interface VariableGroup {
  readonly name: "past" | "future" | "static";
  readonly variables: readonly Variable[];
  readonly padded: "lead" | "tail";
}

/** Embeds each variable's columns of x [batch, time, columns], segment by segment: [batch, segments, units] a variable. */
function segmented(
  parameters: Parameters,
  { name, variables, padded }: VariableGroup,
  x: Tensor,
  units: number,
): Tensor[] {
  const time = Number(x.shape[1]);
  const length = segmentLength(time);
  const steps = Math.ceil(time / length);
  const missing = steps * length - time;
  const whole = padded === "lead" ? pad(x, 1, missing, 0) : pad(x, 1, 0, missing);
  return variables.map(({ from, width }, index) => {
    const segments = reshape(slice(whole, 2, from, from + width), [-1, steps, length * width]);
    return dense(parameters, `${name}.embedding${index}`, segments, units);
  });
}

/** States [batch, units] after each step of x [batch, steps, units]; `initial` [batch, 1, units] or [batch, units]. */
function recur(parameters: Parameters, name: string, x: Tensor, initial?: Tensor): Tensor[] {
  const units = Number(x.shape.at(-1));
  const weights = gruWeights(parameters, name, units, units);
  const start = initial === undefined ? undefined : reshape(initial, [-1, units]);
  return gru(transpose(x, [1, 0, 2]), weights, start);
}
