import type { GradientRules } from "../gradient.ts";
import { broadcast, type Shape, shapeError } from "../shape.ts";
import { apply, type Tensor } from "../tensor.ts";
import { add } from "./elementwise.ts";
import { openSymbol, reshape, sumTo } from "./layout.ts";

/** Whether the last two axes of either side are swapped first; costs nothing, no transposed copy is made. */
export interface Swaps {
  readonly transA?: boolean;
  readonly transB?: boolean;
}

/**
 * Matrix product over the last two axes; leading axes are batches and broadcast.
 * `[…, m, k] × [k, n]` runs as one flat product.
 */
export function matmul(a: Tensor, b: Tensor, { transA = false, transB = false }: Swaps = {}): Tensor {
  if (a.shape.length < 2 || b.shape.length < 2)
    throw shapeError("matmul", [a.shape, b.shape], "needs two axes or more");
  const [m, k] = lastTwo(a.shape, transA);
  const [k2, n] = lastTwo(b.shape, transB);
  if (k !== k2) throw shapeError("matmul", [a.shape, b.shape], `inner sizes ${k} and ${k2} differ`);
  if (a.shape.length > 2 && b.shape.length === 2 && !transA) {
    const flat = matmul(reshape(a, [-1, k!]), b, { transB });
    return reshape(flat, openSymbol([...a.shape.slice(0, -1), n!]));
  }
  const batch = broadcast("matmul", a.shape.slice(0, -2), b.shape.slice(0, -2));
  return apply("MatMul", [a, b], { transA, transB }, [...batch, m!, n!]);
}

function lastTwo(shape: Shape, swap: boolean): Shape {
  const pair = shape.slice(-2);
  return swap ? pair.toReversed() : pair;
}

/** x × weight + bias over the last axis: weight [in, out], bias [out]. */
export function linear(x: Tensor, weight: Tensor, bias?: Tensor): Tensor {
  if (x.shape.length === 2) {
    const product = matmul(x, weight);
    return bias === undefined ? product : add(product, bias);
  }
  const flat = linear(reshape(x, [-1, x.shape.at(-1)!]), weight, bias);
  return reshape(flat, openSymbol([...x.shape.slice(0, -1), weight.shape[1]!]));
}

/** Gradients of the operators above: each is again one product without a transposed copy. */
export const matmulGradients = {
  MatMul: ({ inputs: [a, b], attributes: { transA, transB } }, [g]) => {
    const toA = transA ? matmul(b, g, { transA: transB, transB: true }) : matmul(g, b, { transB: !transB });
    const toB = transB ? matmul(g, a, { transA: true, transB: transA }) : matmul(a, g, { transA: !transA });
    return [sumTo(toA, a.shape), sumTo(toB, b.shape)];
  },
} satisfies Partial<GradientRules>;
