import { attention, full, layerNorm } from "./ops/activation.ts";
import { add, mul, sigmoid, sub, tanh } from "./ops/elementwise.ts";
import { embedding } from "./ops/gather.ts";
import { openSymbol, reshape, split, transpose, unstack } from "./ops/layout.ts";
import { linear, matmul } from "./ops/matmul.ts";
import type { Initial, Parameters } from "./parameters.ts";
import { staticDim } from "./shape.ts";
import { type Tensor, withGradient } from "./tensor.ts";

/** x [..., in] → [..., units] with parameters `name.weight` and `name.bias`. */
export function dense(
  parameters: Parameters,
  name: string,
  x: Tensor,
  units: number,
  options: { bias?: boolean; initial?: Initial } = {},
): Tensor {
  const width = staticDim(name, x.shape, -1);
  const weight = parameters.weight(`${name}.weight`, [width, units], options.initial ?? "glorot");
  return linear(x, weight, options.bias === false ? undefined : parameters.weight(`${name}.bias`, [units], "zeros"));
}

/** Layer normalisation with learned scale and shift. */
export function normalise(parameters: Parameters, name: string, x: Tensor): Tensor {
  const width = staticDim(name, x.shape, -1);
  return layerNorm(
    x,
    parameters.weight(`${name}.scale`, [width], "ones"),
    parameters.weight(`${name}.shift`, [width], "zeros"),
  );
}

/** Learned vectors of `width` numbers for codes 0 … `entries` - 1 (int32, any shape). */
export function embed(parameters: Parameters, name: string, codes: Tensor, entries: number, width: number): Tensor {
  return embedding(parameters.weight(`${name}.table`, [entries, width], { normal: 0.1 }, false), codes);
}

/** Multi-head attention of x [batch, m, d] over memory [batch, n, e] → [batch, m, d]. */
export function multiHead(parameters: Parameters, name: string, x: Tensor, memory: Tensor, heads: number): Tensor {
  const width = staticDim(name, x.shape, -1);
  const each = width / heads;
  const project = (role: string, from: Tensor): Tensor => {
    const rows = dense(parameters, `${name}.${role}`, from, width);
    const length = staticDim(name, from.shape, 1);
    return transpose(reshape(rows, [-1, length, heads, each]), [0, 2, 1, 3]);
  };
  const { output } = attention(project("query", x), project("key", memory), project("value", memory));
  const joined = reshape(transpose(output, [0, 2, 1, 3]), openSymbol(x.shape));
  return dense(parameters, `${name}.output`, joined, width);
}

/** Weights of a gated recurrent unit (Cho et al. 2014, in the form of cuDNN and PyTorch). */
export interface GruWeights {
  /** Input weights [in, units] of update, reset and candidate gates; separate, because splitting a joint product costs more. */
  readonly input: readonly [Tensor, Tensor, Tensor];
  /** Recurrent weights [units, units]. */
  readonly recurrent: readonly [Tensor, Tensor, Tensor];
  readonly bias: readonly [Tensor, Tensor, Tensor];
  /** Bias of the candidate's recurrent part, [units]. */
  readonly candidateBias: Tensor;
}

/** The weights of a GRU under `name`, uniform within ± 1/√units. */
export function gruWeights(parameters: Parameters, name: string, width: number, units: number): GruWeights {
  const uniform = { uniform: 1 / Math.sqrt(units) };
  const gates = (kind: string, shape: readonly number[]) =>
    ["update", "reset", "candidate"].map((gate) => parameters.weight(`${name}.${kind}.${gate}`, shape, uniform));
  return {
    input: gates("input", [width, units]) as unknown as GruWeights["input"],
    recurrent: gates("recurrent", [units, units]) as unknown as GruWeights["recurrent"],
    bias: gates("bias", [units]) as unknown as GruWeights["bias"],
    candidateBias: parameters.weight(`${name}.candidate`, [units], uniform),
  };
}

/** Input parts of the three gates for every step at once: x [steps, batch, in] → three lists of [batch, units]. */
function gateInputs(x: Tensor, { input, bias }: GruWeights): (readonly Tensor[])[] {
  const [steps, batch] = x.shape;
  return input.map((weight, gate) => {
    const parts = linear(x, weight, bias[gate]!);
    if (typeof batch === "string") return unstack(parts, 0);
    // Rows of a flat matrix: their gradients then join into the very matrix that the weight gradients need.
    return split(reshape(parts, [-1, weight.shape[1]!]), Array(steps).fill(batch) as number[], 0);
  });
}

/**
 * States [batch, units] after every step of x [steps, batch, in]. Time comes first, so that a step is a run of rows.
 * `initial` defaults to zeros.
 */
export function gru(x: Tensor, weights: GruWeights, initial?: Tensor): Tensor[] {
  const [update, reset, candidate] = gateInputs(x, weights) as [Tensor[], Tensor[], Tensor[]];
  const states: Tensor[] = [];
  let state = initial ?? full(0, [x.shape[1]!, weights.candidateBias.shape[0]!]);
  update.forEach((fromInput, step) => {
    state = gruStep(weights, [fromInput, reset[step]!, candidate[step]!], state);
    states.push(state);
  });
  return states;
}

/** One step from the gates' input parts. */
export function gruStep(
  { recurrent, candidateBias }: GruWeights,
  [update, reset, candidate]: readonly [Tensor, Tensor, Tensor],
  state: Tensor,
): Tensor {
  return gruCell(
    add(matmul(state, recurrent[0]), update),
    add(matmul(state, recurrent[1]), reset),
    linear(state, recurrent[2], candidateBias),
    candidate,
    state,
  );
}

/**
 * The elementwise part of a GRU step: n + z (h - n) with z = σ(update), r = σ(reset), n = tanh(candidate + r recurrent).
 * Its gradient shares factors between the gates (with d = z (h - n): ∂update = ∂n d, ∂reset = ∂recurrent (1 - r) recurrent),
 * nine products and sums in place of fifteen.
 */
function gruCell(update: Tensor, reset: Tensor, recurrent: Tensor, candidate: Tensor, state: Tensor): Tensor {
  const keep = sigmoid(update);
  const remember = sigmoid(reset);
  const remembered = mul(remember, recurrent);
  const fresh = tanh(add(candidate, remembered));
  const kept = mul(keep, sub(state, fresh));
  return withGradient(add(fresh, kept), [update, reset, recurrent, candidate, state], (received) => {
    const toState = mul(received, keep);
    const toFresh = sub(received, toState);
    const toCandidate = sub(toFresh, mul(mul(toFresh, fresh), fresh));
    const toRecurrent = mul(toCandidate, remember);
    const toReset = mul(toRecurrent, sub(recurrent, remembered));
    return [mul(toFresh, kept), toReset, toRecurrent, toCandidate, toState];
  });
}
