import type { Group } from "./layout.ts";
import { add, div, minimum, mul, sqrt, sub } from "./ops/elementwise.ts";
import { concat, reshape, split } from "./ops/layout.ts";
import { sumSquares } from "./ops/reduce.ts";
import { perStep } from "./ops/source.ts";
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

/** One array a group for each kind of state. The moments are kept divided by (1 - beta), which saves a product a step. */
export type StateKind = "weights" | "first" | "second" | "average";

/** Kinds of state that training with `options` carries from step to step. */
export function stateKinds(options: OptimizerOptions): StateKind[] {
  return ["weights", "first", "second", ...(options.average === undefined ? [] : (["average"] as const))];
}

/** Name of a group's state in the graph and in checkpoints. */
export function stateName(kind: StateKind, group: number): string {
  return `${kind}.${group}`;
}

/** Numbers a step that the update reads: step size, epsilon and decay, see `controls`. */
export const controlCount = 3;

/**
 * The controls of training step `step` (the first is 0), from double precision on the host:
 * with scaled moments M = m / (1 - β₁) and V = v / (1 - β₂), w ← decay · w - size · M / (√V + ε').
 */
export function controls(step: number, options: OptimizerOptions, schedule: Schedule): number[] {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0 } = options;
  const rate = schedule(step);
  const firstCorrection = (1 - beta1) / (1 - beta1 ** (step + 1));
  const secondCorrection = Math.sqrt((1 - beta2) / (1 - beta2 ** (step + 1)));
  return [(rate * firstCorrection) / secondCorrection, epsilon / secondCorrection, 1 - rate * weightDecay];
}

/** New state of every group, by state name, from the gradient of each parameter by name. */
export function update(
  groups: readonly Group[],
  gradientOf: (name: string) => Tensor,
  options: OptimizerOptions,
): Map<string, Tensor> {
  const joined = groups.map((group) => joinedGradient(group, gradientOf));
  const scaled = options.clipNorm === undefined ? joined : clipped(joined, options.clipNorm);
  const knobs = split(perStep("controls", [controlCount]), [1, 1, 1], 0) as readonly [Tensor, Tensor, Tensor];
  const entries = groups.flatMap((group, index) => updateGroup(group, index, scaled[index]!, knobs, options));
  return new Map(entries);
}

function joinedGradient(group: Group, gradientOf: (name: string) => Tensor): Tensor {
  if (group.members.length === 1) return gradientOf(group.members[0]!.name);
  const parts = group.members.map(({ name }) => reshape(gradientOf(name), [-1]));
  return concat(parts, 0);
}

function clipped(gradients: readonly Tensor[], limit: number): Tensor[] {
  const total = gradients.map((gradient) => sumSquares(gradient)).reduce((sum, part) => add(sum, part));
  const factor = minimum(div(limit, add(sqrt(total), 1e-6)), 1);
  return gradients.map((gradient) => mul(gradient, factor));
}

function updateGroup(
  group: Group,
  index: number,
  gradient: Tensor,
  [size, epsilon, decay]: readonly [Tensor, Tensor, Tensor],
  options: OptimizerOptions,
): [string, Tensor][] {
  const { beta1 = 0.9, beta2 = 0.999, weightDecay = 0, average } = options;
  const state = (kind: StateKind) => apply("Input", [], { name: stateName(kind, index), kind: "state" }, group.shape);
  const first = add(mul(state("first"), beta1), gradient);
  const second = add(mul(state("second"), beta2), mul(gradient, gradient));
  const move = mul(div(first, add(sqrt(second), epsilon)), size);
  const shrunk = group.decay && weightDecay > 0 ? mul(state("weights"), decay) : state("weights");
  const weights = sub(shrunk, move);
  const entries: [string, Tensor][] = [
    [stateName("weights", index), weights],
    [stateName("first", index), first],
    [stateName("second", index), second],
  ];
  if (average !== undefined) {
    const mean = state("average");
    entries.push([stateName("average", index), add(mean, mul(sub(weights, mean), 1 - average))]);
  }
  return entries;
}
