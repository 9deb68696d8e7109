import type { GradientRules } from "../gradient.ts";
import type { ReducingOp } from "../operators.ts";
import { axisOf, type Shape, staticDim } from "../shape.ts";
import { apply, type Node, type Tensor } from "../tensor.ts";
import { cast, div, equal, mul } from "./elementwise.ts";
import { expand, openSymbol, reshape } from "./layout.ts";

/** Axes to reduce over (all when left out) and whether they stay as axes of size 1. */
export interface Reduction {
  readonly axes?: readonly number[];
  readonly keepdims?: boolean;
}

function reduce(op: ReducingOp, x: Tensor, { axes, keepdims = false }: Reduction): Tensor {
  const over = (axes ?? [...x.shape.keys()]).map((axis) => axisOf(op, x.shape, axis)).sort((a, b) => a - b);
  if (over.length === 0) return x;
  const kept = x.shape.map((dim, axis) => (over.includes(axis) ? 1 : dim));
  const shape = keepdims ? kept : x.shape.filter((_, axis) => !over.includes(axis));
  return apply(op, [x], { axes: over, keepdims }, shape, x.type);
}

export const sum = (x: Tensor, reduction: Reduction = {}): Tensor => reduce("ReduceSum", x, reduction);
export const max = (x: Tensor, reduction: Reduction = {}): Tensor => reduce("ReduceMax", x, reduction);
export const mean = (x: Tensor, reduction: Reduction = {}): Tensor => reduce("ReduceMean", x, reduction);
export const sumSquares = (x: Tensor, reduction: Reduction = {}): Tensor => reduce("ReduceSumSquare", x, reduction);

/** Softmax over the last axis. */
export function softmax(x: Tensor): Tensor {
  return apply("Softmax", [x], { axis: -1 }, x.shape);
}

/** A reduced value spread over the axes it came from. */
function spread({ inputs: [x], attributes: { axes } }: Node<ReducingOp>, value: Tensor): Tensor {
  const kept: Shape = x.shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim));
  return expand(reshape(value, openSymbol(kept)), x.shape);
}

/** Gradients of the operators above. */
export const reduceGradients = {
  ReduceSum: (node, [g]) => [spread(node, g)],
  ReduceMean: (node, [g]) => {
    const [x] = node.inputs;
    const count = node.attributes.axes.reduce((product, axis) => product * staticDim("mean", x.shape, axis), 1);
    return [spread(node, mul(g, 1 / count))];
  },
  ReduceSumSquare: (node, [g]) => [mul(node.inputs[0], mul(spread(node, g), 2))],
  // Equal greatest values share the gradient evenly.
  ReduceMax: (node, [g]) => {
    const chosen = cast(equal(node.inputs[0], spread(node, node.outputs[0])), "float32");
    return [mul(chosen, spread(node, div(g, sum(chosen, node.attributes))))];
  },
  Softmax: ({ outputs: [y] }, [g]) => {
    const weighted = mul(g, y);
    const total = sum(weighted, { axes: [-1], keepdims: true });
    return [apply("Sub", [weighted, mul(y, total)], {}, y.shape)];
  },
} satisfies Partial<GradientRules>;
