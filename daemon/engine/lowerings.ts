import { EngineError } from "../../protocol/errors.ts";
import type { Emitter } from "./emitter.ts";
import type { Op, ReducingOp } from "./operators.ts";
import { type Shape, staticDim, symbolOf } from "./shape.ts";
import type { DataType, Node, Tensor } from "./tensor.ts";

/** Writes one node and returns the names of its outputs. */
export type Lowering<Name extends Op = Op> = (
  emitter: Emitter,
  node: Node<Name>,
  nameOf: (tensor: Tensor) => string,
) => readonly string[];

/** How every operator of the engine is written in ONNX. */
export type Lowerings = { readonly [Name in Op]: Lowering<Name> };

const castCodes: Readonly<Record<DataType, number>> = { float32: 1, int32: 6, int64: 7, bool: 9 };

/** The ONNX operator of the same name, without attributes. */
const plain: Lowering = (emitter, node, nameOf) => [emitter.emit(node.op, node.inputs.map(nameOf))];

const reduction: Lowering<ReducingOp> = (emitter, { op, inputs: [x], attributes: { axes, keepdims } }, nameOf) => [
  emitter.emit(op, [nameOf(x), emitter.ints(axes)], { keepdims: Number(keepdims) }),
];

const product: Lowering<"MatMul"> = (emitter, { inputs: [a, b], attributes: { transA, transB } }, nameOf) => {
  const swaps = { transA: Number(transA), transB: Number(transB) };
  const inputs = [nameOf(a), nameOf(b)];
  if (a.shape.length === 2 && b.shape.length === 2) return [emitter.emit("Gemm", inputs, swaps)];
  if (!transA && !transB) return [emitter.emit("MatMul", inputs)];
  if (emitter.target.contrib) {
    return [emitter.emit("FusedMatMul", inputs, swaps, emitter.fresh(), "com.microsoft")];
  }
  const swapped = [
    { tensor: a, swap: transA },
    { tensor: b, swap: transB },
  ].map(({ tensor, swap }) => {
    if (!swap) return nameOf(tensor);
    const rank = tensor.shape.length;
    const perm = [...Array(rank - 2).keys(), rank - 1, rank - 2];
    return emitter.emit("Transpose", [nameOf(tensor)], { perm });
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
const gather: Lowering<"Gather"> = (emitter, { inputs: [x, indices], attributes: { axis } }, nameOf) => {
  if (x.shape.length > 1 || !emitter.target.elements) {
    return [emitter.emit("Gather", [nameOf(x), nameOf(indices)], { axis })];
  }
  const flat = emitter.emit("Reshape", [nameOf(indices), emitter.ints([-1])]);
  const values = emitter.emit("GatherElements", [nameOf(x), flat], { axis: 0 });
  return [emitter.emit("Reshape", [values, sizes(emitter, indices.shape)])];
};

const scatterAdd: Lowering<"ScatterAdd"> = (emitter, { inputs: [indices, updates], attributes: { size } }, nameOf) => {
  const count = staticDim("gather", updates.shape, 0);
  const width = staticDim("gather", updates.shape, 1);
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
const positive: Lowering<"Positive"> = (emitter, { inputs: [x] }, nameOf) => {
  const steep = { alpha: { float: 1e30 }, beta: { float: 0 } };
  return [emitter.emit("HardSigmoid", [nameOf(x)], steep)];
};

const sign: Lowering<"Sign"> = (emitter, { inputs }, nameOf) => {
  const x = nameOf(inputs[0]);
  if (emitter.target.sign) return [emitter.emit("Sign", [x])];
  const indicator = (comparison: string) =>
    emitter.emit("Cast", [emitter.emit(comparison, [x, emitter.float(0)])], { to: castCodes.float32 });
  return [emitter.emit("Sub", [indicator("Greater"), indicator("Less")])];
};

export const lowerings: Lowerings = {
  // Inputs and parameters are there, under names of their own.
  Input: (_emitter, { outputs: [value] }, nameOf) => [nameOf(value)],
  Parameter: (_emitter, { outputs: [value] }, nameOf) => [nameOf(value)],
  Add: plain,
  Sub: plain,
  Mul: plain,
  Div: plain,
  Pow: plain,
  Min: plain,
  Max: plain,
  Neg: plain,
  Abs: plain,
  Exp: plain,
  Log: plain,
  Sqrt: plain,
  Reciprocal: plain,
  Sin: plain,
  Cos: plain,
  Floor: plain,
  Erf: plain,
  Tanh: plain,
  Sigmoid: plain,
  Relu: plain,
  Softplus: plain,
  Greater: plain,
  Less: plain,
  Equal: plain,
  Not: plain,
  And: plain,
  Where: plain,
  ReduceSum: reduction,
  ReduceMean: reduction,
  ReduceMax: reduction,
  ReduceSumSquare: reduction,
  Sign: sign,
  Positive: positive,
  MatMul: product,
  ScatterAdd: scatterAdd,
  Constant: (emitter, { outputs: [{ shape, type }], attributes: { data } }) => [
    // SAFETY: `constant` takes static shapes only.
    emitter.constant(data, shape as readonly number[], type),
  ],
  Same: (_emitter, { inputs: [value] }, nameOf) => [nameOf(value)],
  Reshape: (emitter, { inputs: [x], attributes }, nameOf) => {
    const shape = attributes.shape.map((dim) => (typeof dim === "string" ? -1 : dim));
    return [emitter.emit("Reshape", [nameOf(x), emitter.ints(shape)])];
  },
  Transpose: (emitter, { inputs: [x], attributes: { perm } }, nameOf) => [
    emitter.emit("Transpose", [nameOf(x)], { perm }),
  ],
  Concat: (emitter, { inputs, attributes: { axis } }, nameOf) => [emitter.emit("Concat", inputs.map(nameOf), { axis })],
  Split: (emitter, { inputs: [x], attributes: { axis, split } }, nameOf) => splitInto(emitter, nameOf(x), split, axis),
  Slice: (emitter, { inputs: [x], attributes: { axis, start, end } }, nameOf) => {
    const bounds = [start, end, axis].map((value) => emitter.ints([value]));
    return [emitter.emit("Slice", [nameOf(x), ...bounds])];
  },
  Pad: (emitter, { inputs: [x], attributes: { axis, before, after } }, nameOf) => {
    const rank = x.shape.length;
    const pads = Array<number>(2 * rank).fill(0);
    pads[axis] = before;
    pads[rank + axis] = after;
    return [emitter.emit("Pad", [nameOf(x), emitter.ints(pads), emitter.float(0)])];
  },
  Expand: (emitter, { inputs: [x], attributes }, nameOf) => {
    const shape = sizes(emitter, attributes.shape);
    return [emitter.emit("Expand", [nameOf(x), shape])];
  },
  Gather: gather,
  Softmax: (emitter, { inputs: [x], attributes: { axis } }, nameOf) => [emitter.emit("Softmax", [nameOf(x)], { axis })],
  Clip: (emitter, { inputs: [x], attributes: { low, high } }, nameOf) => [
    emitter.emit("Clip", [nameOf(x), emitter.float(low), emitter.float(high)]),
  ],
  Cast: (emitter, { inputs: [x], attributes: { to } }, nameOf) => [
    emitter.emit("Cast", [nameOf(x)], { to: castCodes[to] }),
  ],
};
