import type { Shape } from "./shape.ts";
import type { DataType, Tensor, TensorData } from "./tensor.ts";

export type AttributeValue = number | boolean | string | readonly number[] | Shape | TensorData;

/** What a node of an operator consists of. */
interface Operator<
  Inputs extends readonly Tensor[],
  Attributes extends Readonly<Record<string, AttributeValue>> = Readonly<Record<never, never>>,
  Outputs extends readonly Tensor[] = readonly [Tensor],
> {
  readonly inputs: Inputs;
  readonly attributes: Attributes;
  readonly outputs: Outputs;
}

type Unary = Operator<readonly [x: Tensor]>;
type Binary = Operator<readonly [a: Tensor, b: Tensor]>;

/** Axes that are reduced (counted from the front) and whether they stay as axes of size 1. */
type Reduced = Operator<readonly [x: Tensor], { readonly axes: readonly number[]; readonly keepdims: boolean }>;

/** An operator of one tensor, with attributes. */
type With<Attributes extends Readonly<Record<string, AttributeValue>>> = Operator<readonly [x: Tensor], Attributes>;

/** How an input gets its values: kept in the session, given for each step, given for a run, or carried from step to step. */
export type InputKind = "resident" | "step" | "feed" | "state";

/**
 * Every operator of the engine. An operator that is added here does not compile before it has a gradient (gradient.ts), or is
 * said to have none, and is written as ONNX (lowerings.ts).
 */
export interface Operators {
  readonly Input: Operator<readonly [], { readonly name: string; readonly kind: InputKind }>;
  readonly Parameter: Operator<readonly [], { readonly name: string }>;
  readonly Constant: Operator<readonly [], { readonly data: TensorData }>;
  /** The first input; the others are those for which the node has gradients of its own. */
  readonly Same: Operator<readonly [value: Tensor, ...inputs: Tensor[]]>;

  readonly Add: Binary;
  readonly Sub: Binary;
  readonly Mul: Binary;
  readonly Div: Binary;
  readonly Pow: Binary;
  readonly Min: Binary;
  readonly Max: Binary;
  readonly Greater: Binary;
  readonly Less: Binary;
  readonly Equal: Binary;
  readonly And: Binary;
  readonly Neg: Unary;
  readonly Abs: Unary;
  readonly Sign: Unary;
  /** 1 above zero, 0 elsewhere. */
  readonly Positive: Unary;
  readonly Exp: Unary;
  readonly Log: Unary;
  readonly Sqrt: Unary;
  readonly Reciprocal: Unary;
  readonly Sin: Unary;
  readonly Cos: Unary;
  readonly Floor: Unary;
  readonly Erf: Unary;
  readonly Tanh: Unary;
  readonly Sigmoid: Unary;
  readonly Relu: Unary;
  readonly Softplus: Unary;
  readonly Not: Unary;
  readonly Where: Operator<readonly [condition: Tensor, a: Tensor, b: Tensor]>;
  readonly Clip: With<{ readonly low: number; readonly high: number }>;
  readonly Cast: With<{ readonly to: DataType }>;

  readonly ReduceSum: Reduced;
  readonly ReduceMean: Reduced;
  readonly ReduceMax: Reduced;
  readonly ReduceSumSquare: Reduced;
  readonly Softmax: With<{ readonly axis: -1 }>;

  readonly MatMul: Operator<readonly [a: Tensor, b: Tensor], { readonly transA: boolean; readonly transB: boolean }>;

  readonly Reshape: With<{ readonly shape: Shape }>;
  readonly Transpose: With<{ readonly perm: readonly number[] }>;
  readonly Concat: Operator<readonly Tensor[], { readonly axis: number }>;
  readonly Split: Operator<
    readonly [x: Tensor],
    { readonly axis: number; readonly split: readonly number[] },
    readonly Tensor[]
  >;
  readonly Slice: With<{ readonly axis: number; readonly start: number; readonly end: number }>;
  readonly Pad: With<{ readonly axis: number; readonly before: number; readonly after: number }>;
  readonly Expand: With<{ readonly shape: Shape }>;

  readonly Gather: Operator<readonly [x: Tensor, indices: Tensor], { readonly axis: number }>;
  readonly ScatterAdd: Operator<readonly [indices: Tensor, updates: Tensor], { readonly size: number }>;
}

export type Op = keyof Operators;

/** Operators that have the same inputs, attributes and outputs as `Kind`. */
type OpsLike<Kind> = {
  [Name in Op]: Operators[Name] extends Kind ? (Kind extends Operators[Name] ? Name : never) : never;
}[Op];

export type UnaryOp = OpsLike<Unary>;
export type BinaryOp = OpsLike<Binary>;
export type ReducingOp = OpsLike<Reduced>;
