import type { GradientRule } from "./gradient.ts";
import type { Shape } from "./shape.ts";

export type DataType = "float32" | "int32" | "int64" | "bool";

/** Values of a tensor in the host's memory, row-major; bool as bytes of 0 and 1. */
export type TensorData = Float32Array | Int32Array | BigInt64Array | Uint8Array;

export type AttributeValue = number | boolean | string | readonly number[] | Shape | TensorData;

export type Attributes = Readonly<Record<string, AttributeValue>>;

/** One operator applied to tensors. Nodes are immutable; a graph is whatever its outputs reach. */
export interface Node {
  readonly op: string;
  readonly inputs: readonly Tensor[];
  readonly attributes: Attributes;
  readonly outputs: readonly Tensor[];
  /** Gradient of this node, instead of its operator's. */
  readonly rule?: GradientRule;
}

/** A symbolic value: nothing is computed until a graph that contains it is compiled and run. */
export interface Tensor {
  readonly shape: Shape;
  readonly type: DataType;
  readonly node: Node;
  /** Which output of `node` this is. */
  readonly output: number;
}

/** Where a tensor or a plain number (a float32 scalar) may stand. */
export type Operand = Tensor | number;

/** A node with one output. Checks nothing: the operators in `ops/` do. */
export function apply(
  op: string,
  inputs: readonly Tensor[],
  attributes: Attributes,
  shape: Shape,
  type: DataType = "float32",
): Tensor {
  return applyMany(op, inputs, attributes, [shape], type)[0]!;
}

/** A node with several outputs of one type. */
export function applyMany(
  op: string,
  inputs: readonly Tensor[],
  attributes: Attributes,
  shapes: readonly Shape[],
  type: DataType = "float32",
): readonly Tensor[] {
  const outputs: Tensor[] = [];
  const node: Node = { op, inputs, attributes, outputs };
  shapes.forEach((shape, output) => {
    outputs.push({ shape, type, node, output });
  });
  return outputs;
}

/**
 * `value`, with gradients for `inputs` given by hand: for expressions whose derivative is cheaper than what the chain rule
 * makes of it. `value` must depend on learned tensors through `inputs` alone.
 */
export function withGradient(
  value: Tensor,
  inputs: readonly Tensor[],
  gradient: (received: Tensor) => readonly Tensor[],
): Tensor {
  const outputs: Tensor[] = [];
  const rule: GradientRule = (_node, [received]) => [undefined, ...gradient(received!)];
  const node: Node = { op: "Same", inputs: [value, ...inputs], attributes: {}, outputs, rule };
  outputs.push({ shape: value.shape, type: value.type, node, output: 0 });
  return outputs[0]!;
}

/** Nodes that `outputs` depend on, each after all of its inputs. Iterative: unrolled recurrences run deep. */
export function topological(outputs: readonly Tensor[]): Node[] {
  const order: Node[] = [];
  const state = new Map<Node, "open" | "done">();
  const stack = outputs.map((tensor) => tensor.node).reverse();
  while (stack.length > 0) {
    const node = stack.at(-1)!;
    const seen = state.get(node);
    if (seen !== undefined) {
      stack.pop();
      if (seen === "open") order.push(node);
      state.set(node, "done");
      continue;
    }
    state.set(node, "open");
    for (const input of node.inputs.toReversed()) if (!state.has(input.node)) stack.push(input.node);
  }
  return order;
}
