import { EngineError } from "../../protocol/errors.ts";
import type { Op, Operators } from "./operators.ts";
import { add, elementwiseGradients } from "./ops/elementwise.ts";
import { gatherGradients } from "./ops/gather.ts";
import { concat, layoutGradients } from "./ops/layout.ts";
import { matmul, matmulGradients } from "./ops/matmul.ts";
import { reduceGradients, sum } from "./ops/reduce.ts";
import { constant } from "./ops/source.ts";
import { type Shape, shapeText, sizeOf } from "./shape.ts";
import { isOp, type Node, type Tensor, topological } from "./tensor.ts";

type Slopes<Tensors extends readonly Tensor[]> = { readonly [Index in keyof Tensors]: Tensor | undefined };

/**
 * Gradients that the outputs of a node received. One alone is always there; of several, those that do not matter to the loss
 * are undefined.
 */
type Received<Name extends Op> = Operators[Name]["outputs"] extends readonly [Tensor]
  ? readonly [Tensor]
  : Slopes<Operators[Name]["outputs"]>;

/**
 * Gradients of a node's inputs from those of its outputs; undefined for an input without one. `zeros` makes a missing gradient
 * where a rule needs it.
 */
export type GradientRule<Name extends Op = Op> = (
  node: Node<Name>,
  received: Received<Name>,
  zeros: (shape: Shape) => Tensor,
) => Slopes<Operators[Name]["inputs"]>;

/** The rule of every operator of the engine. */
export type GradientRules = { readonly [Name in Op]: GradientRule<Name> };

/** The rule of an operator that no gradient flows through: a loss cannot depend on a learned tensor through it. */
export const noGradient = ({ op }: Node): never => {
  throw new EngineError(`The operator ${op} has no gradient.`);
};

export const gradientRules: GradientRules = {
  ...elementwiseGradients,
  ...layoutGradients,
  ...matmulGradients,
  ...reduceGradients,
  ...gatherGradients,
  Input: noGradient,
  Parameter: noGradient,
  Constant: noGradient,
  // Its nodes have gradients of their own.
  Same: noGradient,
  // They occur in gradients only.
  Positive: noGradient,
  ScatterAdd: noGradient,
};

function slopesOf<Name extends Op>(
  node: Node<Name>,
  received: readonly (Tensor | undefined)[],
): Slopes<readonly Tensor[]> {
  const rule: GradientRule<Name> = gradientRules[node.op];
  // SAFETY: one gradient an output, of which at least one is there.
  return rule(node, received as Received<Name>, zeros);
}

/**
 * Reverse-mode gradients of a scalar `loss` with respect to each of `targets`, as new tensors of the same graph.
 * A target that the loss does not depend on gets zeros. Throws EngineError when the loss is not a scalar.
 */
export function gradients(loss: Tensor, targets: readonly Tensor[]): Tensor[] {
  if (loss.shape.length > 0) throw new EngineError(`The loss must be a scalar, not of shape ${shapeText(loss.shape)}.`);
  const order = topological([loss]);
  const wanted = dependents(order, targets);
  const pending = new Map<Tensor, Tensor[]>([[loss, [constant(Float32Array.of(1), [])]]]);
  const total = (tensor: Tensor): Tensor | undefined => {
    const parts = pending.get(tensor);
    if (parts === undefined) return undefined;
    const whole = accumulate(parts);
    pending.set(tensor, [whole]);
    return whole;
  };
  for (const node of order.toReversed()) {
    if (!wanted.has(node) || node.inputs.length === 0) continue;
    const received = node.outputs.map(total);
    const first = received.find((gradient) => gradient !== undefined);
    if (first === undefined) continue;
    const slopes = node.rule?.(first) ?? slopesOf(node, received);
    node.inputs.forEach((input, index) => {
      const gradient = slopes[index];
      if (gradient === undefined || !wanted.has(input.node)) return;
      const parts = pending.get(input);
      if (parts === undefined) pending.set(input, [gradient]);
      else parts.push(gradient);
    });
  }
  return targets.map((target) => total(target) ?? zeros(target.shape));
}

function zeros(shape: Shape): Tensor {
  return constant(new Float32Array(sizeOf(shape)), shape);
}

/** Nodes on a path from a target to the end of `order`. */
function dependents(order: readonly Node[], targets: readonly Tensor[]): Set<Node> {
  const found = new Set<Node>(targets.map((target) => target.node));
  for (const node of order) if (node.inputs.some((input) => found.has(input.node))) found.add(node);
  return found;
}

/** Fewest uses of one weight from which one product over all of them pays. */
const batchFrom = 3;

/**
 * Sum of the gradients that a tensor received. A weight used in every step of a recurrence receives one small product a
 * step; all of them together are one product over the concatenated steps, and likewise the sums of a bias.
 */
function accumulate(parts: readonly Tensor[]): Tensor {
  if (parts.length < batchFrom) return parts.reduce((total, part) => add(total, part));
  const products = parts.filter(isWeightProduct);
  const sums = parts.filter(isRowSum);
  const rest = parts.filter((part) => !isWeightProduct(part) && !isRowSum(part));
  const joined: Tensor[] = [...rest];
  if (products.length < batchFrom) joined.push(...products);
  else joined.push(matmul(rows(products, 0), rows(products, 1), { transA: true }));
  if (sums.length < batchFrom) joined.push(...sums);
  else joined.push(sum(rows(sums, 0), { axes: [0] }));
  return joined.reduce((total, part) => add(total, part));
}

function rows(parts: readonly Tensor[], input: number): Tensor {
  return concat(
    parts.map((part) => part.node.inputs[input]!),
    0,
  );
}

/** xᵀ × g of two matrices. */
function isWeightProduct({ node }: Tensor): boolean {
  if (!isOp(node, "MatMul") || !node.attributes.transA || node.attributes.transB) return false;
  return node.inputs.every((input) => input.shape.length === 2);
}

/** A matrix summed over its rows. */
function isRowSum({ node }: Tensor): boolean {
  if (!isOp(node, "ReduceSum") || node.inputs[0].shape.length !== 2 || node.attributes.keepdims) return false;
  return String(node.attributes.axes) === "0";
}
