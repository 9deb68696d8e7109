import { EngineError } from "../../protocol/errors.ts";

/** A static size, or for inference graphs a symbolic one: `batch`, or a multiple such as `7*batch`. */
export type Dim = number | string;

export type Shape = readonly Dim[];

/** `[64, 12]` as errors print it. */
export function shapeText(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}

/** Shapes that do not fit an operator: the message names the operator and every shape. */
export function shapeError(operator: string, shapes: readonly Shape[], reason: string): EngineError {
  return new EngineError(`${operator}: ${reason} (shapes ${shapes.map(shapeText).join(" and ")}).`, {
    fix: "Check the sizes where this model is built.",
  });
}

/** Elements of a static shape; 1 for a scalar. Throws EngineError when a size is symbolic. */
export function sizeOf(shape: Shape): number {
  const product = productOf(shape);
  if (typeof product === "string") {
    throw new EngineError(`A tensor of shape ${shapeText(shape)} has no fixed size; training needs static shapes.`);
  }
  return product;
}

function parse(dim: Dim): { multiple: number; symbol: string } {
  if (typeof dim === "number") return { multiple: dim, symbol: "" };
  const star = dim.indexOf("*");
  return star < 0
    ? { multiple: 1, symbol: dim }
    : { multiple: Number(dim.slice(0, star)), symbol: dim.slice(star + 1) };
}

function format(multiple: number, symbol: string): Dim {
  if (symbol === "") return multiple;
  return multiple === 1 ? symbol : `${multiple}*${symbol}`;
}

/** Product of sizes, at most one of them symbolic. */
export function productOf(shape: Shape): Dim {
  let multiple = 1;
  let symbol = "";
  for (const dim of shape) {
    const part = parse(dim);
    if (part.symbol !== "" && symbol !== "") {
      throw shapeError("product", [shape], "at most one size of a tensor can be symbolic");
    }
    multiple *= part.multiple;
    symbol ||= part.symbol;
  }
  return format(multiple, symbol);
}

/** `total / part` where it is whole, undefined otherwise. */
export function divideDim(total: Dim, part: Dim): Dim | undefined {
  const [a, b] = [parse(total), parse(part)];
  if (b.symbol !== "" && b.symbol !== a.symbol) return undefined;
  const multiple = a.multiple / b.multiple;
  return Number.isInteger(multiple) ? format(multiple, b.symbol === "" ? a.symbol : "") : undefined;
}

/** Symbol and multiple of a symbolic size. */
export function symbolOf(dim: string): { multiple: number; symbol: string } {
  return parse(dim);
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, axis) => dim === b[axis]);
}

/** Shape of an elementwise operator over two shapes (numpy's rules). Throws EngineError naming both. */
export function broadcast(operator: string, a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const left = a[axis - rank + a.length] ?? 1;
    const right = b[axis - rank + b.length] ?? 1;
    if (left !== right && left !== 1 && right !== 1) throw shapeError(operator, [a, b], "sizes do not broadcast");
    return left === 1 ? right : left;
  });
}

/** `axis` counted from the front. Throws EngineError when it is out of range. */
export function axisOf(operator: string, shape: Shape, axis: number): number {
  const front = axis < 0 ? axis + shape.length : axis;
  if (!Number.isInteger(front) || front < 0 || front >= shape.length) {
    throw shapeError(operator, [shape], `axis ${axis} does not exist`);
  }
  return front;
}

/** The size of `axis`, which must be static. */
export function staticDim(operator: string, shape: Shape, axis: number): number {
  const dim = shape[axisOf(operator, shape, axis)]!;
  if (typeof dim === "string") throw shapeError(operator, [shape], `size ${dim} of axis ${axis} must be static`);
  return dim;
}
