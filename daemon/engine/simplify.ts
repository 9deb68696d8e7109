import type { AttributeValue } from "./operators.ts";
import { applyMany, type Node, type Tensor, topological } from "./tensor.ts";

/**
 * The same outputs over fewer nodes: equal operators on equal inputs become one (common subexpressions), and nodes that
 * no output needs are gone (they are never reached). Shapes and results do not change.
 */
export function simplify(outputs: readonly Tensor[]): Tensor[] {
  const nodes = new Map<string, Node>();
  const replaced = new Map<Node, Node>();
  const numbers = new Map<Node, number>();
  const translate = (tensor: Tensor): Tensor => replaced.get(tensor.node)!.outputs[tensor.output]!;
  for (const node of topological(outputs)) {
    const inputs = node.inputs.map(translate);
    const key = keyOf(node, inputs, numbers);
    let kept = nodes.get(key);
    if (kept === undefined) {
      kept = inputs.every((input, index) => input === node.inputs[index]) ? node : rebuilt(node, inputs);
      nodes.set(key, kept);
      numbers.set(kept, numbers.size);
    }
    replaced.set(node, kept);
  }
  return outputs.map(translate);
}

function rebuilt(node: Node, inputs: readonly Tensor[]): Node {
  const shapes = node.outputs.map((output) => output.shape);
  return applyMany(node.op, inputs, node.attributes, shapes, node.outputs[0]!.type)[0]!.node;
}

function keyOf(node: Node, inputs: readonly Tensor[], numbers: ReadonlyMap<Node, number>): string {
  const attributes = Object.entries(node.attributes).map(([name, value]) => `${name}=${attributeKey(value)}`);
  const from = inputs.map((input) => `${numbers.get(input.node)}:${input.output}`);
  const outputs = node.outputs.map((output) => `${output.type}[${output.shape}]`);
  return [node.op, ...attributes, ...from, ...outputs].join(" ");
}

/** Longest constant that is compared by value rather than by identity. */
const comparedLength = 4096;

const identities = new WeakMap<object, number>();
let lastIdentity = 0;

function attributeKey(value: AttributeValue): string {
  if (typeof value !== "object" || Array.isArray(value)) return String(value);
  if (value.length <= comparedLength) return `${value.constructor.name}(${value.join()})`;
  if (!identities.has(value)) identities.set(value, ++lastIdentity);
  return `#${identities.get(value)}`;
}
