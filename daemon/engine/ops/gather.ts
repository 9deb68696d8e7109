import type { GradientRules } from "../gradient.ts";
import { axisOf, shapeError, sizeOf, staticDim } from "../shape.ts";
import { apply, type Tensor } from "../tensor.ts";
import { add } from "./elementwise.ts";
import { reshape, transpose } from "./layout.ts";
import { constant } from "./source.ts";

/** Entries of `axis` at `indices` (int32, any shape, not negative): the axis is replaced by the axes of `indices`. */
export function gather(x: Tensor, indices: Tensor, axis = 0): Tensor {
  if (indices.type !== "int32") throw shapeError("gather", [x.shape, indices.shape], "indices must be int32");
  const along = axisOf("gather", x.shape, axis);
  const shape = x.shape.toSpliced(along, 1, ...indices.shape);
  return apply("Gather", [x, indices], { axis: along }, shape, x.type);
}

/** Which rows a window holds beside its first. */
export interface WindowOptions {
  /** Rows from a window's start to its first row. */
  readonly offset?: number;
  /** Rows from one step to the next. */
  readonly stride?: number;
  /** [length, batch, …] instead of [batch, length, …], as recurrences want it. */
  readonly timeMajor?: boolean;
}

/** Windows of `length` rows from `rows` [rows, …], one for each of `starts` (int32 [batch]): [batch, length, …]. */
export function windows(rows: Tensor, starts: Tensor, length: number, options: WindowOptions = {}): Tensor {
  const { offset = 0, stride = 1, timeMajor = false } = options;
  const steps = constant(
    Int32Array.from({ length }, (_, step) => offset + step * stride),
    timeMajor ? [length, 1] : [1, length],
  );
  return gather(rows, add(reshape(starts, timeMajor ? [1, -1] : [-1, 1]), steps));
}

/** Rows of a table [entries, width] by code (int32, any shape): learned vectors of categories. */
export function embedding(table: Tensor, codes: Tensor): Tensor {
  return gather(table, codes);
}

/** Adds `updates` [count, width] into zeros [size, width] at rows `indices` [count]; rows may repeat. */
function scatterAdd(size: number, indices: Tensor, updates: Tensor): Tensor {
  return apply("ScatterAdd", [indices, updates], { size }, [size, updates.shape[1]!]);
}

/** Gradients of the operators above. */
export const gatherGradients = {
  Gather: ({ inputs: [x, indices], attributes: { axis } }, [g]) => {
    const count = sizeOf(indices.shape);
    const rank = g.shape.length;
    const front = Array.from({ length: indices.shape.length }, (_, index) => axis + index);
    const others = [...Array(rank).keys()].filter((index) => !front.includes(index));
    const rows = reshape(transpose(g, [...front, ...others]), [count, -1]);
    const size = staticDim("gather", x.shape, axis);
    const summed = scatterAdd(size, reshape(indices, [count]), rows);
    const moved = reshape(summed, [size, ...x.shape.toSpliced(axis, 1)]);
    const back = [...x.shape.keys()].map((index) => (index === axis ? 0 : index < axis ? index + 1 : index));
    return [transpose(moved, back), undefined];
  },
} satisfies Partial<GradientRules>;
