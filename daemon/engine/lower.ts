import { EngineError } from "../../protocol/errors.ts";
import type { Emitter } from "./emitter.ts";
import { lowerings } from "./lowerings.ts";
import { simplify } from "./simplify.ts";
import { type Node, type Tensor, topological } from "./tensor.ts";

/** Names under which a graph's inputs and parameters already exist where it is written. */
export type Naming = (node: Node) => string;

/**
 * Writes everything that `outputs` need as ONNX nodes and returns the outputs' names. Equal subexpressions are written
 * once, and a sum with a matrix product becomes one Gemm.
 */
export function lower(outputs: readonly Tensor[], emitter: Emitter, naming: Naming): string[] {
  const roots = simplify(outputs);
  const order = topological(roots);
  const fused = fusedProducts(order, roots);
  for (const node of order) {
    const first = node.op === "Input" ? node.outputs[0]!.shape[0] : undefined;
    if (typeof first === "string") emitter.symbols.set(first, naming(node));
  }
  const names = new Map<Tensor, string>();
  const nameOf = (tensor: Tensor): string => names.get(tensor)!;
  for (const node of order) {
    const output = node.outputs[0]!;
    if (node.op === "Input" || node.op === "Parameter") {
      names.set(output, naming(node));
    } else if (fused.has(output)) {
      names.set(output, "");
    } else {
      const lowering = lowerings[node.op];
      if (lowering === undefined) throw new EngineError(`The operator ${node.op} cannot be written as ONNX.`);
      const product = node.op === "Add" ? node.inputs.find((input) => fused.get(input) === node) : undefined;
      const written = product === undefined ? lowering(emitter, node, nameOf) : gemm(emitter, node, product, nameOf);
      written.forEach((name, index) => {
        names.set(node.outputs[index]!, name);
      });
    }
  }
  return roots.map(nameOf);
}

/** Matrix products whose only use is a sum that Gemm can do in the same pass, each with that sum. */
function fusedProducts(order: readonly Node[], roots: readonly Tensor[]): Map<Tensor, Node> {
  const uses = new Map<Tensor, number>();
  const count = (tensor: Tensor) => uses.set(tensor, (uses.get(tensor) ?? 0) + 1);
  roots.forEach(count);
  for (const node of order) node.inputs.forEach(count);
  const fused = new Map<Tensor, Node>();
  for (const node of order) {
    if (node.op !== "Add") continue;
    const product = node.inputs.find(
      (input, index) =>
        isMatrixProduct(input) && uses.get(input) === 1 && fitsGemm(node, input, node.inputs[1 - index]!),
    );
    if (product !== undefined) fused.set(product, node);
  }
  return fused;
}

function isMatrixProduct({ node, shape }: Tensor): boolean {
  return node.op === "MatMul" && shape.length === 2 && node.inputs.every((input) => input.shape.length === 2);
}

/** Gemm's addend must broadcast to the product, not the other way round. */
function fitsGemm(sum: Node, product: Tensor, addend: Tensor): boolean {
  const grown = sum.outputs[0]!.shape;
  return addend.shape.length <= 2 && grown.length === 2 && grown.every((dim, axis) => dim === product.shape[axis]);
}

function gemm(emitter: Emitter, sum: Node, product: Tensor, nameOf: (tensor: Tensor) => string): string[] {
  const addend = sum.inputs.find((input) => input !== product)!;
  const { transA, transB } = product.node.attributes;
  const inputs = [...product.node.inputs, addend].map(nameOf);
  return [emitter.emit("Gemm", inputs, { transA: Number(transA), transB: Number(transB) })];
}
