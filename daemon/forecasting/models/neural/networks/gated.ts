import {
  add,
  concat,
  dense,
  layerNorm,
  linear,
  matmul,
  mean,
  mul,
  normalise,
  type Parameters,
  reshape,
  sigmoid,
  silu,
  softmax,
  stack,
  sum,
  type Tensor,
  transpose,
} from "../../../../engine/index.ts";
import type { Drop } from "../network.ts";

/** Gated linear unit (Dauphin et al. 2017): x [..., in] → [..., units], each number let through as far as its gate is open. */
export function gatedLinear(parameters: Parameters, name: string, x: Tensor, units: number): Tensor {
  const value = dense(parameters, `${name}.value`, x, units);
  return mul(value, sigmoid(dense(parameters, `${name}.gate`, x, units)));
}

/** Adds x [..., in] through a gate to `skip` [..., units] and normalises the sum: a network may leave a part of itself out. */
export function gatedSkip(parameters: Parameters, name: string, x: Tensor, skip: Tensor, drop: Drop): Tensor {
  const gated = gatedLinear(parameters, name, drop(x, name), Number(skip.shape.at(-1)));
  return normalise(parameters, `${name}.norm`, add(skip, gated));
}

/**
 * Gated residual network (Lim et al. 2021, equations 2–5): x [batch, steps, units] → the same shape. `context` [batch, 1, units]
 * is added to the hidden layer. SiLU stands for the paper's ELU, and the second layer is joined with the gate's own product:
 * nothing nonlinear lies between them.
 */
export function gatedResidual(
  parameters: Parameters,
  name: string,
  x: Tensor,
  context: Tensor | undefined,
  drop: Drop,
): Tensor {
  const hidden = hiddenLayer(parameters, name, x, Number(x.shape.at(-1)), context);
  return gatedSkip(parameters, name, hidden, x, drop);
}

function hiddenLayer(parameters: Parameters, name: string, x: Tensor, units: number, context?: Tensor): Tensor {
  const inner = dense(parameters, `${name}.hidden`, x, units);
  if (context === undefined) return silu(inner);
  return silu(add(inner, dense(parameters, `${name}.context`, context, units, { bias: false })));
}

/** What a selection gives: the weighted sum [batch, steps, units] and every variable's weight, averaged over steps [batch, variables]. */
export interface Selected {
  readonly sum: Tensor;
  readonly weights: Tensor;
}

/**
 * Variable selection (Lim et al. 2021, equations 6–8): embeddings [batch, steps, units], one a variable, are each refined by a gated
 * residual network of their own and summed by softmax weights that all of them decide together. Refined embeddings have
 * mean 0 and variance 1 without a learned scale, so that a weight says how large a part of the sum its variable is.
 */
export function selectVariables(
  parameters: Parameters,
  name: string,
  variables: readonly Tensor[],
  context: Tensor | undefined,
  drop: Drop,
): Selected {
  const count = variables.length;
  const [steps, units] = variables[0]!.shape.slice(1) as [number, number];
  const all = concat(variables, -1);
  const hidden = drop(hiddenLayer(parameters, `${name}.weights`, all, units, context), `${name}.weights`);
  const scores = add(
    gatedLinear(parameters, `${name}.weights`, hidden, count),
    dense(parameters, `${name}.weights.skip`, all, count, { initial: "zeros" }),
  );
  const weights = softmax(scores);
  // One product for all variables: [variables, rows, units] × [variables, units, units].
  const refined = refine(parameters, name, reshape(stack(variables, 0), [count, -1, units]), count, units);
  const share = reshape(transpose(reshape(weights, [-1, count])), [count, -1, 1]);
  return {
    sum: reshape(sum(mul(refined, share), { axes: [0] }), [-1, steps, units]),
    weights: mean(weights, { axes: [1] }),
  };
}

function refine(parameters: Parameters, name: string, x: Tensor, count: number, units: number): Tensor {
  const layer = (role: string, from: Tensor): Tensor => {
    const weight = parameters.weight(`${name}.${role}.weight`, [count, units, units], "glorot");
    return add(matmul(from, weight), parameters.weight(`${name}.${role}.bias`, [count, 1, units], "zeros", false));
  };
  const hidden = silu(layer("hidden", x));
  return layerNorm(add(x, mul(layer("value", hidden), sigmoid(layer("gate", hidden)))));
}

/**
 * Interpretable multi-head attention (Lim et al. 2021, equations 13–16): x [batch, m, units] over memory [batch, n, units]. Heads
 * have queries and keys of their own but share the values, so that their mean weights say where the network looked.
 */
export function interpretableAttention(
  parameters: Parameters,
  name: string,
  x: Tensor,
  memory: Tensor,
  heads: number,
): Tensor {
  const units = Number(x.shape.at(-1));
  const each = Math.ceil(units / heads);
  const project = (role: string, from: Tensor): Tensor => {
    const rows = dense(parameters, `${name}.${role}`, from, heads * each);
    return transpose(reshape(rows, [-1, Number(from.shape[1]), heads, each]), [0, 2, 1, 3]);
  };
  const scores = matmul(project("query", x), project("key", memory), { transB: true });
  const weights = mean(softmax(mul(scores, 1 / Math.sqrt(each))), { axes: [1] });
  const values = linear(memory, parameters.weight(`${name}.values`, [units, each], "glorot"));
  return dense(parameters, `${name}.output`, matmul(weights, values), units);
}
