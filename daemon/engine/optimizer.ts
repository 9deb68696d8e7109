import type { Layout } from "./layout.ts";
import { add, div, maximum, minimum, mul, sqrt, sub } from "./ops/elementwise.ts";
import { concat, reshape, split } from "./ops/layout.ts";
import { sumSquares } from "./ops/reduce.ts";
import { constant, perStep } from "./ops/source.ts";
import type { Schedule } from "./schedule.ts";
import { apply, type Tensor } from "./tensor.ts";

/** AdamW (Loshchilov and Hutter 2019): bias-corrected moments, weight decay apart from the gradient. */
export interface OptimizerOptions {
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
  readonly weightDecay?: number;
  /** Greatest Euclidean norm of all gradients together; longer ones are scaled down to it. */
  readonly clipNorm?: number;
  /** Decay of an exponential moving average of the weights, such as 0.999. */
  readonly average?: number;
}

/** Vectors carried from step to step. The moments are kept divided by (1 - beta), which saves two products a step. */
export type StateKind = "weights" | "first" | "second" | "average";

/** Kinds of state that training with `options` carries from step to step. */
export function stateKinds(options: OptimizerOptions): StateKind[] {
  return ["weights", "first", "second", ...(options.average === undefined ? [] : (["average"] as const))];
}

/** Numbers a step that the update reads, see `controls`. */
export const controlCount = 3;

/**
 * The controls of training step `step` (the first is 0), in double precision on the host: size, ε' and decay of
 * w ← decay · w - size · M / (√V + ε'), with scaled moments M = m / (1 - β₁) and V = v / (1 - β₂).
 */
export function controls(step: number, options: OptimizerOptions, schedule: Schedule): number[] {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0 } = options;
  const rate = schedule(step);
  const firstCorrection = (1 - beta1) / (1 - beta1 ** (step + 1));
  const secondCorrection = Math.sqrt((1 - beta2) / (1 - beta2 ** (step + 1)));
  return [(rate * firstCorrection) / secondCorrection, epsilon / secondCorrection, 1 - rate * weightDecay];
}

/** The next state from the gradient of every parameter, in the layout's order. */
export function update(
  layout: Layout,
  gradients: readonly Tensor[],
  options: OptimizerOptions,
): Map<StateKind, Tensor> {
  const { beta1 = 0.9, beta2 = 0.999, clipNorm, average } = options;
  const state = (kind: StateKind) => apply("Input", [], { name: kind, kind: "state" }, [layout.size]);
  const flat = concat(
    gradients.map((gradient) => reshape(gradient, [-1])),
    0,
  );
  const gradient = clipNorm === undefined ? flat : clipped(flat, clipNorm);
  const [size, epsilon, decay] = split(perStep("controls", [controlCount]), [1, 1, 1], 0) as [Tensor, Tensor, Tensor];
  const first = add(mul(state("first"), beta1), gradient);
  const second = add(mul(state("second"), beta2), mul(gradient, gradient));
  const move = mul(div(first, add(sqrt(second), epsilon)), size);
  const weights = sub(decayed(state("weights"), layout, decay, options), move);
  const next = new Map<StateKind, Tensor>([
    ["weights", weights],
    ["first", first],
    ["second", second],
  ]);
  if (average !== undefined) {
    const mean = state("average");
    next.set("average", add(mean, mul(sub(weights, mean), 1 - average)));
  }
  return next;
}

function clipped(gradient: Tensor, limit: number): Tensor {
  const norm = sqrt(sumSquares(gradient));
  return mul(gradient, minimum(div(limit, add(norm, 1e-6)), 1));
}

/** Weights after decay, which biases and scales are spared: theirs is max(decay, 1). */
function decayed(weights: Tensor, layout: Layout, decay: Tensor, { weightDecay = 0 }: OptimizerOptions): Tensor {
  if (weightDecay === 0) return weights;
  if (layout.members.every((member) => member.decay)) return mul(weights, decay);
  const spared = new Float32Array(layout.size);
  let offset = 0;
  for (const member of layout.members) {
    const end = offset + member.initial.length;
    if (!member.decay) spared.fill(1, offset, end);
    offset = end;
  }
  return mul(weights, maximum(constant(spared, [layout.size]), decay));
}
