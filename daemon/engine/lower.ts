import type { Emitter } from "./emitter.ts";
import { type Lowering, lowerings } from "./lowerings.ts";
import type { Op } from "./operators.ts";
import { simplify } from "./simplify.ts";
import { isOp, type Node, type Tensor, topological } from "./tensor.ts";

/** Names under which a graph's inputs and parameters already exist where it is written. */
export type Naming = (node: Node<"Input"> | Node<"Parameter">) => string;

/**
 * Writes everything that `outputs` need as ONNX nodes and returns the outputs' names. Equal subexpressions are written
 * once, and a sum with a matrix product becomes one Gemm.
 */
export function lower(outputs: readonly Tensor[], emitter: Emitter, naming: Naming): string[] {
  const roots = simplify(outputs);
  const order = topological(roots);
  const fusions = fusionsOf(order, roots);
  const names = new Map<Tensor, string>();
  for (const node of order) {
    if (!isOp(node, "Input")) continue;
    const [size] = node.outputs[0].shape;
    if (typeof size === "string") emitter.symbols.set(size, naming(node));
  }
  const nameOf = (tensor: Tensor): string => names.get(tensor)!;
  for (const node of order) {
    if (isOp(node, "Input") || isOp(node, "Parameter")) names.set(node.outputs[0], naming(node));
    const fusion = fusions.get(node);
    const written = fusion === undefined ? write(emitter, node, nameOf) : gemm(emitter, node, fusion, nameOf);
    node.outputs.forEach((output, index) => {
      names.set(output, written[index]!);
    });
  }
  return roots.map(nameOf);
}

function write<Name extends Op>(
  emitter: Emitter,
  node: Node<Name>,
  nameOf: (tensor: Tensor) => string,
): readonly string[] {
  const lowering: Lowering<Name> = lowerings[node.op];
  return lowering(emitter, node, nameOf);
}

/** A sum of a matrix product and an addend, which one Gemm does in one pass. */
interface Fusion {
  readonly product: Node<"MatMul">;
  readonly sum: Node<"Add">;
  readonly addend: Tensor;
}

/** Fusions of products that have no other use, under both of their nodes. */
function fusionsOf(order: readonly Node[], roots: readonly Tensor[]): Map<Node, Fusion> {
  const uses = new Map<Tensor, number>();
  const count = (tensor: Tensor) => uses.set(tensor, (uses.get(tensor) ?? 0) + 1);
  roots.forEach(count);
  for (const node of order) node.inputs.forEach(count);
  const found = new Map<Node, Fusion>();
  for (const sum of order) {
    if (!isOp(sum, "Add")) continue;
    const [a, b] = sum.inputs;
    const fusion = fusionOf(sum, a, b, uses) ?? fusionOf(sum, b, a, uses);
    if (fusion === undefined) continue;
    found.set(sum, fusion);
    found.set(fusion.product, fusion);
  }
  return found;
}

function fusionOf(
  sum: Node<"Add">,
  factor: Tensor,
  addend: Tensor,
  uses: ReadonlyMap<Tensor, number>,
): Fusion | undefined {
  const { node: product, shape } = factor;
  if (!isOp(product, "MatMul") || shape.length !== 2 || uses.get(factor) !== 1) return undefined;
  if (product.inputs.some((input) => input.shape.length !== 2)) return undefined;
  // Gemm's addend must broadcast to the product, not the other way round.
  const [{ shape: grown }] = sum.outputs;
  if (addend.shape.length > 2 || grown.length !== 2 || grown.some((dim, axis) => dim !== shape[axis])) return undefined;
  return { product, sum, addend };
}

/** Writes a fusion where its sum stands; nothing where its product does. */
function gemm(
  emitter: Emitter,
  node: Node,
  { product, sum, addend }: Fusion,
  nameOf: (tensor: Tensor) => string,
): readonly string[] {
  if (node !== sum) return [""];
  const { transA, transB } = product.attributes;
  const inputs = [...product.inputs, addend].map(nameOf);
  return [emitter.emit("Gemm", inputs, { transA: Number(transA), transB: Number(transB) })];
}
