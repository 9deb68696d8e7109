import { type Shape, shapeError, sizeOf } from "../shape.ts";
import { apply, type DataType, isOp, type Operand, type Tensor, type TensorData } from "../tensor.ts";

/** A tensor of fixed values. */
export function constant(data: TensorData, shape: Shape): Tensor {
  if (data.length !== sizeOf(shape))
    throw shapeError("constant", [shape, [data.length]], "values do not fill the shape");
  return apply("Constant", [], { data }, shape, typeOf(data));
}

/** A float32 scalar. */
export function scalar(value: number): Tensor {
  return constant(Float32Array.of(value), []);
}

/** 0, 1, …, `count` - 1 as int32. */
export function range(count: number): Tensor {
  return constant(
    Int32Array.from({ length: count }, (_, index) => index),
    [count],
  );
}

/** A tensor handed in once a session and kept there, such as the panel that windows are gathered from. */
export function resident(name: string, shape: Shape, type: DataType = "float32"): Tensor {
  return apply("Input", [], { name, kind: "resident" }, shape, type);
}

/** A tensor that has another value in every training step, such as the origins of a batch; `shape` is that of one step. */
export function perStep(name: string, shape: Shape, type: DataType = "float32"): Tensor {
  return apply("Input", [], { name, kind: "step" }, shape, type);
}

/** An input of an inference graph; its first size may be symbolic (`["batch", 96, 7]`). */
export function input(name: string, shape: Shape, type: DataType = "float32"): Tensor {
  return apply("Input", [], { name, kind: "feed" }, shape, type);
}

/** A hash key (int32 scalar) that differs in every step of a seed; dropout masks come from it. Only for training graphs. */
export function stepKey(): Tensor {
  return apply("Input", [], { name: "key", kind: "step" }, [], "int32");
}

/** The tensor itself, or a constant scalar of a number. */
export function tensorOf(operand: Operand): Tensor {
  return typeof operand === "number" ? scalar(operand) : operand;
}

/** The value of a scalar float32 constant, undefined for any other tensor. */
export function scalarValue(tensor: Tensor): number | undefined {
  const { node } = tensor;
  if (!isOp(node, "Constant") || tensor.shape.length > 0) return undefined;
  const { data } = node.attributes;
  return data instanceof Float32Array ? data[0] : undefined;
}

function typeOf(data: TensorData): DataType {
  if (data instanceof Float32Array) return "float32";
  if (data instanceof Int32Array) return "int32";
  return data instanceof BigInt64Array ? "int64" : "bool";
}
