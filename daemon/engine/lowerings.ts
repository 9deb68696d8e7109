import { EngineError } from "../../protocol/errors.ts";
import type { Emitter } from "./emitter.ts";
import { type Shape, symbolOf } from "./shape.ts";
import type { DataType, Node, Tensor, TensorData } from "./tensor.ts";

/** Writes one node and returns the names of its outputs. */
export type Lowering = (emitter: Emitter, node: Node, nameOf: (tensor: Tensor) => string) => readonly string[];

const castCodes: Readonly<Record<DataType, number>> = { float32: 1, int32: 6, int64: 7, bool: 9 };

/** The ONNX operator of the same name, without attributes. */
const plain: Lowering = (emitter, node, nameOf) => [emitter.emit(node.op, node.inputs.map(nameOf))];

const plainOperators =
  "Add Sub Mul Div Pow Min Max Neg Abs Exp Log Sqrt Reciprocal Sin Cos Floor Erf Tanh Sigmoid Relu Softplus Greater Less Equal Not And Where";

const reduction: Lowering = (emitter, node, nameOf) => {
  const { axes, keepdims } = node.attributes as { axes: readonly number[]; keepdims: boolean };
  const inputs = [nameOf(node.inputs[0]!), emitter.ints(axes)];
  return [emitter.emit(node.op, inputs, { keepdims: Number(keepdims) })];
};

const product: Lowering = (emitter, node, nameOf) => {
  const [a, b] = node.inputs as readonly [Tensor, Tensor];
  const { transA, transB } = node.attributes as { transA: boolean; transB: boolean };
  const swaps = { transA: Number(transA), transB: Number(transB) };
  const inputs = [nameOf(a), nameOf(b)];
  if (a.shape.length === 2 && b.shape.length === 2) return [emitter.emit("Gemm", inputs, swaps)];
  if (!transA && !transB) return [emitter.emit("MatMul", inputs)];
  if (emitter.target.contrib) {
    return [emitter.emit("FusedMatMul", inputs, swaps, emitter.fresh(), "com.microsoft")];
  }
  const swapped = [a, b].map((tensor, side) => {
    if (!(side === 0 ? transA : transB)) return inputs[side]!;
    const rank = tensor.shape.length;
    const perm = [...Array(rank - 2).keys(), rank - 1, rank - 2];
    return emitter.emit("Transpose", [inputs[side]!], { perm });
  });
  return [emitter.emit("MatMul", swapped)];
};

/** Sizes as ONNX takes them: constants, or computed from an input of the graph where one is symbolic. */
function sizes(emitter: Emitter, shape: Shape): string {
  if (shape.every((dim) => typeof dim === "number")) return emitter.ints(shape);
  const parts = shape.map((dim) => {
    if (typeof dim === "number") return emitter.ints([dim]);
    const { multiple, symbol } = symbolOf(dim);
    const size = emitter.emit("Shape", [holderOf(emitter, symbol)], { start: 0, end: 1 });
    return multiple === 1 ? size : emitter.emit("Mul", [size, emitter.ints([multiple])]);
  });
  return emitter.emit("Concat", parts, { axis: 0 });
}

function holderOf(emitter: Emitter, symbol: string): string {
  const holder = emitter.symbols.get(symbol);
  if (holder !== undefined) return holder;
  throw new EngineError(`expand: no input of the graph tells the size "${symbol}".`, {
    fix: `Give the model an input whose first size is "${symbol}".`,
  });
}

/** Single values of a vector are taken by `GatherElements` on the CPU: a sixth less time for the small perceptron of the bench. */
const gather: Lowering = (emitter, node, nameOf) => {
  const [x, indices] = node.inputs as readonly [Tensor, Tensor];
  if (x.shape.length > 1 || !emitter.target.elements) {
    return [emitter.emit("Gather", [nameOf(x), nameOf(indices)], { axis: node.attributes.axis as number })];
  }
  const flat = emitter.emit("Reshape", [nameOf(indices), emitter.ints([-1])]);
  const values = emitter.emit("GatherElements", [nameOf(x), flat], { axis: 0 });
  return [emitter.emit("Reshape", [values, sizes(emitter, indices.shape)])];
};

const scatterAdd: Lowering = (emitter, node, nameOf) => {
  const [indices, updates] = node.inputs as readonly [Tensor, Tensor];
  const size = node.attributes.size as number;
  const [count, width] = updates.shape as readonly [number, number];
  if (emitter.target.lookup === "scatter") {
    const column = emitter.emit("Reshape", [nameOf(indices), emitter.ints([count, 1])]);
    const wide = emitter.emit("Cast", [column], { to: castCodes.int64 });
    const zeros = emitter.emit("Expand", [emitter.float(0), emitter.ints([size, width])]);
    return [emitter.emit("ScatterND", [zeros, wide, nameOf(updates)], { reduction: "add" })];
  }
  const entries = emitter.constant(
    Int32Array.from({ length: size }, (_, index) => index),
    [size, 1],
    "int32",
  );
  const row = emitter.emit("Reshape", [nameOf(indices), emitter.ints([1, count])]);
  const chosen = emitter.emit("Cast", [emitter.emit("Equal", [entries, row])], { to: castCodes.float32 });
  return [emitter.emit("Gemm", [chosen, nameOf(updates)])];
};

/** Pieces of the given lengths along `axis`, in rounds where the device limits the outputs of one node. */
export function splitInto(emitter: Emitter, x: string, lengths: readonly number[], axis: number): string[] {
  const limit = emitter.target.splitOutputs ?? Number.POSITIVE_INFINITY;
  if (lengths.length === 1) return [x];
  if (lengths.length <= limit) {
    const outputs = lengths.map(() => emitter.fresh());
    emitter.nodes.push({ op: "Split", inputs: [x, emitter.ints(lengths)], outputs, attributes: { axis } });
    return outputs;
  }
  const each = Math.ceil(lengths.length / limit);
  const parts = Array.from({ length: Math.ceil(lengths.length / each) }, (_, part) =>
    lengths.slice(part * each, (part + 1) * each),
  );
  const totals = parts.map((part) => part.reduce((sum, length) => sum + length, 0));
  const wide = splitInto(emitter, x, totals, axis);
  return parts.flatMap((part, index) => splitInto(emitter, wide[index]!, part, axis));
}

/** 1 above zero, 0 elsewhere: a steep hard sigmoid is one vectorised pass without a boolean tensor and a cast. */
const positive: Lowering = (emitter, node, nameOf) => {
  const steep = { alpha: { float: 1e30 }, beta: { float: 0 } };
  return [emitter.emit("HardSigmoid", [nameOf(node.inputs[0]!)], steep)];
};

const sign: Lowering = (emitter, node, nameOf) => {
  const x = nameOf(node.inputs[0]!);
  if (emitter.target.sign) return [emitter.emit("Sign", [x])];
  const indicator = (comparison: string) =>
    emitter.emit("Cast", [emitter.emit(comparison, [x, emitter.float(0)])], { to: castCodes.float32 });
  return [emitter.emit("Sub", [indicator("Greater"), indicator("Less")])];
};

/** How each operator of the engine is written in ONNX. */
export const lowerings: Readonly<Record<string, Lowering>> = {
  ...Object.fromEntries(plainOperators.split(" ").map((op) => [op, plain])),
  ReduceSum: reduction,
  ReduceMean: reduction,
  ReduceMax: reduction,
  ReduceSumSquare: reduction,
  Sign: sign,
  Positive: positive,
  MatMul: product,
  ScatterAdd: scatterAdd,
  Constant: (emitter, node) => {
    const { shape, type } = node.outputs[0]!;
    return [emitter.constant(node.attributes.data as TensorData, shape as readonly number[], type)];
  },
  Same: (_emitter, node, nameOf) => [nameOf(node.inputs[0]!)],
  Reshape: (emitter, node, nameOf) => {
    const shape = (node.attributes.shape as Shape).map((dim) => (typeof dim === "string" ? -1 : dim));
    return [emitter.emit("Reshape", [nameOf(node.inputs[0]!), emitter.ints(shape)])];
  },
  Transpose: (emitter, node, nameOf) => [
    emitter.emit("Transpose", [nameOf(node.inputs[0]!)], { perm: node.attributes.perm as readonly number[] }),
  ],
  Concat: (emitter, node, nameOf) => [
    emitter.emit("Concat", node.inputs.map(nameOf), { axis: node.attributes.axis as number }),
  ],
  Split: (emitter, node, nameOf) => {
    const { axis, split } = node.attributes as { axis: number; split: readonly number[] };
    return splitInto(emitter, nameOf(node.inputs[0]!), split, axis);
  },
  Slice: (emitter, node, nameOf) => {
    const { axis, start, end } = node.attributes as { axis: number; start: number; end: number };
    const bounds = [start, end, axis].map((value) => emitter.ints([value]));
    return [emitter.emit("Slice", [nameOf(node.inputs[0]!), ...bounds])];
  },
  Pad: (emitter, node, nameOf) => {
    const { axis, before, after } = node.attributes as { axis: number; before: number; after: number };
    const rank = node.outputs[0]!.shape.length;
    const pads = Array<number>(2 * rank).fill(0);
    pads[axis] = before;
    pads[rank + axis] = after;
    return [emitter.emit("Pad", [nameOf(node.inputs[0]!), emitter.ints(pads), emitter.float(0)])];
  },
  Expand: (emitter, node, nameOf) => {
    const shape = sizes(emitter, node.attributes.shape as Shape);
    return [emitter.emit("Expand", [nameOf(node.inputs[0]!), shape])];
  },
  Gather: gather,
  Softmax: (emitter, node, nameOf) => [emitter.emit("Softmax", [nameOf(node.inputs[0]!)], { axis: -1 })],
  Clip: (emitter, node, nameOf) => {
    const { low, high } = node.attributes as { low: number; high: number };
    return [emitter.emit("Clip", [nameOf(node.inputs[0]!), emitter.float(low), emitter.float(high)])];
  },
  Cast: (emitter, node, nameOf) => [
    emitter.emit("Cast", [nameOf(node.inputs[0]!)], { to: castCodes[node.attributes.to as DataType] }),
  ],
};
