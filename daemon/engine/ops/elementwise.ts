import type { GradientRule, GradientRules } from "../gradient.ts";
import type { BinaryOp, UnaryOp } from "../operators.ts";
import { broadcast, shapeError } from "../shape.ts";
import { apply, type DataType, isOp, type Operand, type Tensor, withGradient } from "../tensor.ts";
import { reshape, sumTo } from "./layout.ts";
import { constant, scalarValue, tensorOf } from "./source.ts";

/** Applied before a reshape rather than after it, where it may become part of a matrix product. */
function unary(op: UnaryOp, x: Tensor): Tensor {
  if (isOp(x.node, "Reshape")) return reshape(unary(op, x.node.inputs[0]), x.shape);
  return apply(op, [x], {}, x.shape, x.type);
}

function binary(op: BinaryOp, left: Operand, right: Operand, type?: DataType): Tensor {
  const [a, b] = alike(op, left, right);
  return apply(op, [a, b], {}, broadcast(op.toLowerCase(), a.shape, b.shape), type ?? a.type);
}

/** Numbers take the type of the tensor beside them. */
function alike(op: string, left: Operand, right: Operand): readonly [Tensor, Tensor] {
  if (typeof left === "number" && typeof right !== "number") return [numberLike(right, left), right];
  if (typeof right === "number" && typeof left !== "number") return [left, numberLike(left, right)];
  const [a, b] = [tensorOf(left), tensorOf(right)];
  if (a.type !== b.type) throw shapeError(op.toLowerCase(), [a.shape, b.shape], `types ${a.type} and ${b.type} differ`);
  return [a, b];
}

function numberLike(like: Tensor, value: number): Tensor {
  return like.type === "int32" ? constant(Int32Array.of(value), []) : tensorOf(value);
}

/** a + b. Both broadcast, as in every operator of two tensors here. */
export function add(a: Operand, b: Operand): Tensor {
  if (typeof b === "object" && isNumber(a, 0)) return b;
  if (typeof a === "object" && isNumber(b, 0)) return a;
  return binary("Add", a, b);
}

/** a - b. */
export function sub(a: Operand, b: Operand): Tensor {
  if (typeof a === "object" && isNumber(b, 0)) return a;
  return binary("Sub", a, b);
}

/** a × b. */
export function mul(a: Operand, b: Operand): Tensor {
  if (typeof b === "object" && isNumber(a, 1)) return b;
  if (typeof a === "object" && isNumber(b, 1)) return a;
  return binary("Mul", a, b);
}

/** a / b. */
export function div(a: Operand, b: Operand): Tensor {
  if (typeof a === "object" && isNumber(b, 1)) return a;
  return binary("Div", a, b);
}

/** a to the power of b; the gradient with respect to b needs a > 0. */
export function pow(a: Operand, b: Operand): Tensor {
  return binary("Pow", a, b);
}

/** The smaller of both; equal values share the gradient. */
export function minimum(a: Operand, b: Operand): Tensor {
  return binary("Min", a, b);
}

/** The greater of both; equal values share the gradient. */
export function maximum(a: Operand, b: Operand): Tensor {
  return binary("Max", a, b);
}

/** Whether the operand is this scalar constant. */
function isNumber(operand: Operand, value: number): boolean {
  return (typeof operand === "number" ? operand : scalarValue(operand)) === value;
}

export const neg = (x: Tensor): Tensor => (isOp(x.node, "Neg") ? x.node.inputs[0] : unary("Neg", x));
export const abs = (x: Tensor): Tensor => unary("Abs", x);
/** -1, 0 or 1; its gradient is zero. */
export const sign = (x: Tensor): Tensor => unary("Sign", x);
export const exp = (x: Tensor): Tensor => unary("Exp", x);
export const log = (x: Tensor): Tensor => unary("Log", x);
export const sqrt = (x: Tensor): Tensor => unary("Sqrt", x);
export const reciprocal = (x: Tensor): Tensor => unary("Reciprocal", x);
export const square = (x: Tensor): Tensor => mul(x, x);
export const sin = (x: Tensor): Tensor => unary("Sin", x);
export const cos = (x: Tensor): Tensor => unary("Cos", x);
/** Largest whole number not above x; its gradient is zero. */
export const floor = (x: Tensor): Tensor => unary("Floor", x);
/** Gauss error function. */
export const erf = (x: Tensor): Tensor => unary("Erf", x);
export const tanh = (x: Tensor): Tensor => unary("Tanh", x);
export const sigmoid = (x: Tensor): Tensor => unary("Sigmoid", x);
export const relu = (x: Tensor): Tensor => unary("Relu", x);
/** log(1 + exp(x)). */
export const softplus = (x: Tensor): Tensor => unary("Softplus", x);

/** x held between `low` and `high`; no gradient flows where it is held. */
export function clip(x: Tensor, low: number, high: number): Tensor {
  return apply("Clip", [x], { low, high }, x.shape, x.type);
}

export const greater = (a: Operand, b: Operand): Tensor => binary("Greater", a, b, "bool");
export const less = (a: Operand, b: Operand): Tensor => binary("Less", a, b, "bool");
export const equal = (a: Operand, b: Operand): Tensor => binary("Equal", a, b, "bool");
export const not = (x: Tensor): Tensor => unary("Not", x);
export const and = (a: Tensor, b: Tensor): Tensor => binary("And", a, b, "bool");

/** a where `condition` holds, b elsewhere. */
export function where(condition: Tensor, a: Operand, b: Operand): Tensor {
  const [x, y] = alike("where", a, b);
  const shape = broadcast("where", condition.shape, broadcast("where", x.shape, y.shape));
  return apply("Where", [condition, x, y], {}, shape, x.type);
}

/** The same values as another type. */
export function cast(x: Tensor, type: DataType): Tensor {
  return x.type === type ? x : apply("Cast", [x], { to: type }, x.shape, type);
}

/** The same values through which no gradient flows. */
export const stopGradient = (x: Tensor): Tensor => withGradient(x, [], () => []);

/** Gradient rule of an operator of two broadcasting tensors from its two partial derivatives. */
function pair(rule: (a: Tensor, b: Tensor, g: Tensor, y: Tensor) => readonly [Tensor, Tensor]): GradientRule<BinaryOp> {
  return ({ inputs: [a, b], outputs: [y] }, [g]) => {
    const [da, db] = rule(a, b, g, y);
    return [sumTo(da, a.shape), sumTo(db, b.shape)];
  };
}

/** Gradient rule of an operator of one tensor. */
function single(rule: (x: Tensor, g: Tensor, y: Tensor) => Tensor): GradientRule<UnaryOp> {
  return ({ inputs: [x], outputs: [y] }, [g]) => [rule(x, g, y)];
}

/** Share of the gradient that goes to `a` where it is the chosen one: 1, ½ where both are equal, 0. */
function share(a: Tensor, b: Tensor): Tensor {
  return add(mul(sign(sub(a, b)), 0.5), 0.5);
}

/** Gradients of the operators above. */
export const elementwiseGradients = {
  Add: pair((_a, _b, g) => [g, g]),
  Sub: pair((_a, _b, g) => [g, neg(g)]),
  Mul: pair((a, b, g) => [mul(g, b), mul(g, a)]),
  Div: pair((_a, b, g, y) => {
    const toA = div(g, b);
    return [toA, neg(mul(toA, y))];
  }),
  Pow: pair((a, b, g, y) => [mul(g, mul(b, pow(a, sub(b, 1)))), mul(g, mul(y, log(a)))]),
  Min: pair((a, b, g) => [mul(g, share(b, a)), mul(g, share(a, b))]),
  Max: pair((a, b, g) => [mul(g, share(a, b)), mul(g, share(b, a))]),
  Neg: single((_x, g) => neg(g)),
  Abs: single((x, g) => mul(g, sign(x))),
  Exp: single((_x, g, y) => mul(g, y)),
  Log: single((x, g) => div(g, x)),
  Sqrt: single((_x, g, y) => mul(div(g, y), 0.5)),
  Reciprocal: single((_x, g, y) => neg(mul(g, mul(y, y)))),
  Sin: single((x, g) => mul(g, cos(x))),
  Cos: single((x, g) => neg(mul(g, sin(x)))),
  Erf: single((x, g) => mul(g, mul(exp(neg(mul(x, x))), 2 / Math.sqrt(Math.PI)))),
  Tanh: single((_x, g, y) => mul(g, sub(1, mul(y, y)))),
  Sigmoid: single((_x, g, y) => mul(g, mul(y, sub(1, y)))),
  Relu: single((_x, g, y) => mul(g, unary("Positive", y))),
  Softplus: single((x, g) => mul(g, sigmoid(x))),
  Clip: ({ inputs: [x], attributes: { low, high } }, [g]) => [where(and(greater(x, low), less(x, high)), g, 0)],
  Where: ({ inputs: [condition, a, b] }, [g]) => [
    undefined,
    sumTo(where(condition, g, 0), a.shape),
    sumTo(where(condition, 0, g), b.shape),
  ],
  Sign: () => [undefined],
  Floor: () => [undefined],
  Cast: () => [undefined],
  Greater: () => [undefined, undefined],
  Less: () => [undefined, undefined],
  Equal: () => [undefined, undefined],
  Not: () => [undefined],
  And: () => [undefined, undefined],
} satisfies Partial<GradientRules>;
