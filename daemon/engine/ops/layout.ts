import type { GradientRules } from "../gradient.ts";
import { axisOf, type Dim, divideDim, productOf, type Shape, sameShape, shapeError, staticDim } from "../shape.ts";
import { apply, applyMany, isOp, type Tensor } from "../tensor.ts";

/** The same values in another shape; one size may be -1 and is inferred (it may then be symbolic). */
export function reshape(x: Tensor, sizes: Shape): Tensor {
  const shape = inferred(x.shape, sizes);
  if (sameShape(shape, x.shape)) return x;
  const source = isOp(x.node, "Reshape") ? x.node.inputs[0] : x;
  if (sameShape(shape, source.shape)) return source;
  const known = reshaped.get(source) ?? new Map<string, Tensor>();
  reshaped.set(source, known);
  const result = known.get(shape.join()) ?? apply("Reshape", [source], { shape }, shape, x.type);
  known.set(shape.join(), result);
  return result;
}

/**
 * Shapes a tensor already has: uses of one shape are then uses of one tensor, and the gradients that they send back are
 * summed in that shape, as part of matrix products, before they are reshaped.
 */
const reshaped = new WeakMap<Tensor, Map<string, Tensor>>();

function inferred(from: Shape, sizes: Shape): Shape {
  const total = productOf(from);
  const open = sizes.indexOf(-1);
  if (open < 0) {
    if (productOf(sizes) !== total) throw shapeError("reshape", [from, sizes], "the number of values differs");
    return sizes;
  }
  const rest = divideDim(total, productOf(sizes.toSpliced(open, 1)));
  if (rest === undefined) throw shapeError("reshape", [from, sizes], "the sizes do not divide the number of values");
  return sizes.with(open, rest);
}

/** Axes in another order; by default the last two are swapped. */
export function transpose(x: Tensor, order?: readonly number[]): Tensor {
  const rank = x.shape.length;
  const axes = order ?? [...Array(Math.max(rank - 2, 0)).keys(), rank - 1, rank - 2];
  if (axes.length !== rank || new Set(axes).size !== rank || axes.some((axis) => !(axis >= 0 && axis < rank))) {
    throw shapeError("transpose", [x.shape, axes], "the order must name every axis once");
  }
  if (axes.every((axis, index) => axis === index)) return x;
  const shape = axes.map((axis) => x.shape[axis]!);
  // Moving an axis of size 1 moves no value: a reshape is free.
  const moved = axes.filter((axis) => x.shape[axis] !== 1);
  if (moved.every((axis, index) => index === 0 || axis > moved[index - 1]!)) return reshape(x, shape);
  return apply("Transpose", [x], { perm: axes }, shape, x.type);
}

/** Tensors one after the other along `axis`. */
export function concat(parts: readonly Tensor[], axis: number): Tensor {
  const first = parts[0]!;
  if (parts.length === 1) return first;
  const along = axisOf("concat", first.shape, axis);
  let total = 0;
  for (const part of parts) {
    const alike = part.shape.length === first.shape.length && part.type === first.type;
    if (!alike || !part.shape.every((dim, index) => index === along || dim === first.shape[index])) {
      throw shapeError("concat", [first.shape, part.shape], `sizes differ outside axis ${axis}`);
    }
    total += staticDim("concat", part.shape, along);
  }
  const whole = splitSource(parts, along);
  if (whole !== undefined) return whole;
  return apply("Concat", parts, { axis: along }, first.shape.with(along, total), first.type);
}

/** Concatenating every output of one split gives back what was split. */
function splitSource(parts: readonly Tensor[], axis: number): Tensor | undefined {
  const { node } = parts[0]!;
  if (!isOp(node, "Split") || node.attributes.axis !== axis || node.outputs.length !== parts.length) return undefined;
  return parts.every((part, index) => part === node.outputs[index]) ? node.inputs[0] : undefined;
}

/** Pieces of the given sizes along `axis`. */
export function split(x: Tensor, sizes: readonly number[], axis: number): readonly Tensor[] {
  const along = axisOf("split", x.shape, axis);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total !== staticDim("split", x.shape, along)) {
    throw shapeError("split", [x.shape, sizes], `the sizes do not add up to axis ${axis}`);
  }
  if (sizes.length === 1) return [x];
  const shapes = sizes.map((size) => x.shape.with(along, size));
  return applyMany("Split", [x], { axis: along, split: sizes }, shapes, x.type);
}

/** All slices of `axis`, each without that axis. */
export function unstack(x: Tensor, axis: number): readonly Tensor[] {
  const along = axisOf("unstack", x.shape, axis);
  const count = staticDim("unstack", x.shape, along);
  const shape = openSymbol(x.shape.toSpliced(along, 1));
  return split(x, Array(count).fill(1) as number[], along).map((part) => reshape(part, shape));
}

/** Tensors of one shape along a new axis. */
export function stack(parts: readonly Tensor[], axis: number): Tensor {
  const first = parts[0]!.shape;
  const along = axis < 0 ? axis + first.length + 1 : axis;
  const shape = openSymbol(first.toSpliced(along, 0, 1));
  return concat(
    parts.map((part) => reshape(part, shape)),
    along,
  );
}

/** A shape with its symbolic size left to be inferred. */
export function openSymbol(shape: Shape): Shape {
  return shape.map((dim) => (typeof dim === "string" ? -1 : dim));
}

/** Values `start` (included) to `end` (excluded) of `axis`; negative positions count from the end. */
export function slice(x: Tensor, axis: number, start: number, end?: number): Tensor {
  const along = axisOf("slice", x.shape, axis);
  const size = staticDim("slice", x.shape, along);
  const from = start < 0 ? start + size : start;
  const to = end === undefined ? size : end < 0 ? end + size : end;
  if (!(from >= 0 && from < to && to <= size)) {
    throw shapeError("slice", [x.shape], `no values from ${start} to ${end ?? "the end"} on axis ${axis}`);
  }
  if (from === 0 && to === size) return x;
  return apply("Slice", [x], { axis: along, start: from, end: to }, x.shape.with(along, to - from), x.type);
}

/** Zeros put before and after the values of `axis`. */
export function pad(x: Tensor, axis: number, before: number, after: number): Tensor {
  const along = axisOf("pad", x.shape, axis);
  if (before === 0 && after === 0) return x;
  const size = staticDim("pad", x.shape, along) + before + after;
  return apply("Pad", [x], { axis: along, before, after }, x.shape.with(along, size), x.type);
}

/** Repeats axes of size 1 (and missing leading axes) up to `shape`. */
export function expand(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const offset = shape.length - x.shape.length;
  if (offset < 0 || !x.shape.every((dim, axis) => dim === 1 || dim === shape[axis + offset])) {
    throw shapeError("expand", [x.shape, shape], "only axes of size 1 can be repeated");
  }
  return apply("Expand", [x], { shape }, shape, x.type);
}

/** Repeats each value of `axis` `times` times in place: [a, b] → [a, a, b, b]. */
export function repeat(x: Tensor, axis: number, times: number): Tensor {
  const along = axisOf("repeat", x.shape, axis);
  const size = staticDim("repeat", x.shape, along);
  const column = reshape(x, openSymbol(x.shape.toSpliced(along + 1, 0, 1)));
  const wide = expand(column, column.shape.with(along + 1, times));
  return reshape(wide, openSymbol(x.shape.with(along, size * times)));
}

/** Sums a gradient over the axes that broadcasting had repeated, back to `shape`. */
export function sumTo(gradient: Tensor, shape: Shape): Tensor {
  if (sameShape(gradient.shape, shape)) return gradient;
  const offset = gradient.shape.length - shape.length;
  const axes = gradient.shape
    .map((dim, axis) => (axis < offset || (shape[axis - offset] === 1 && dim !== 1) ? axis : -1))
    .filter((axis) => axis >= 0);
  const left: Dim[] = gradient.shape.filter((_, axis) => !axes.includes(axis));
  return reshape(apply("ReduceSum", [gradient], { axes, keepdims: false }, left), shape);
}

/** Gradients of the operators above. */
export const layoutGradients = {
  Reshape: ({ inputs: [x] }, [g]) => [reshape(g, x.shape)],
  Transpose: ({ attributes: { perm } }, [g]) => {
    const back = perm.map((_, axis) => perm.indexOf(axis));
    return [transpose(g, back)];
  },
  Concat: ({ inputs, attributes: { axis } }, [g]) => {
    const sizes = inputs.map(({ shape }) => staticDim("concat", shape, axis));
    return split(g, sizes, axis);
  },
  Split: ({ outputs, attributes: { axis } }, received, zeros) => {
    const parts = outputs.map(({ shape }, index) => received[index] ?? zeros(shape));
    return [concat(parts, axis)];
  },
  Slice: ({ inputs: [x], attributes: { axis, start, end } }, [g]) => {
    return [pad(g, axis, start, staticDim("slice", x.shape, axis) - end)];
  },
  Pad: ({ inputs: [x], attributes: { axis, before } }, [g]) => {
    return [slice(g, axis, before, before + staticDim("pad", x.shape, axis))];
  },
  Expand: ({ inputs: [x] }, [g]) => [sumTo(g, x.shape)],
} satisfies Partial<GradientRules>;
