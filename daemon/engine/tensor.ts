import type { Op, Operators } from "./operators.ts";
import type { Shape } from "./shape.ts";

export type DataType = "float32" | "int32" | "int64" | "bool";

/** Values of a tensor in the host's memory, row-major; bool as bytes of 0 and 1. */
export type TensorData = Float32Array | Int32Array | BigInt64Array | Uint8Array;

/** One operator applied to tensors. Nodes are immutable; a graph is whatever its outputs reach. */
export interface Node<Name extends Op = Op> {
  readonly op: Name;
  readonly inputs: Operators[Name]["inputs"];
  readonly attributes: Operators[Name]["attributes"];
  readonly outputs: Operators[Name]["outputs"];
  /** Gradients of the inputs from that of the output, instead of the operator's rule. */
  readonly rule?: (received: Tensor) => readonly (Tensor | undefined)[];
}

/** Whether a node is one of this operator. */
export function isOp<Name extends Op>(node: Node, op: Name): node is Node<Name> {
  return node.op === op;
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
export function apply<Name extends Exclude<Op, "Split">>(
  op: Name,
  inputs: Operators[Name]["inputs"],
  attributes: Operators[Name]["attributes"],
  shape: Shape,
  type: DataType = "float32",
): Tensor {
  return applyMany(op, inputs, attributes, [shape], type)[0];
}

/** A node with several outputs of one type. */
export function applyMany<Name extends Op>(
  op: Name,
  inputs: Operators[Name]["inputs"],
  attributes: Operators[Name]["attributes"],
  shapes: readonly Shape[],
  type: DataType = "float32",
): Operators[Name]["outputs"] {
  return outputsOf({ op, inputs, attributes }, shapes, type);
}

/** Completes a node with its outputs, which refer to it. */
function outputsOf<Name extends Op>(
  node: Omit<Node<Name>, "outputs">,
  shapes: readonly Shape[],
  type: DataType,
): Operators[Name]["outputs"] {
  const outputs: Tensor[] = [];
  const whole: Node<Name> = { ...node, outputs };
  shapes.forEach((shape, output) => {
    outputs.push({ shape, type, node: whole, output });
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
  const rule = (received: Tensor) => [undefined, ...gradient(received)];
  return outputsOf<"Same">(
    { op: "Same", inputs: [value, ...inputs], attributes: {}, rule },
    [value.shape],
    value.type,
  )[0];
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
