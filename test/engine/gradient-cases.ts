import * as engine from "../../daemon/engine/index.ts";

/** An expression whose gradient is checked: values of its variables, and how it is built from them. */
export interface GradientCase {
  readonly name: string;
  readonly variables: readonly { readonly shape: readonly number[]; readonly low?: number; readonly high?: number }[];
  readonly build: (...variables: engine.Tensor[]) => engine.Tensor;
}

const matrix = { shape: [3, 4] } as const;
const row = { shape: [4] } as const;
const positive = { shape: [3, 4], low: 0.4, high: 2 } as const;
const integers = (...values: number[]) => engine.constant(Int32Array.from(values), [values.length]);

type Build = GradientCase["build"];
const unary = (name: string, build: (x: engine.Tensor) => engine.Tensor, variable: GradientCase["variables"][0]) => ({
  name,
  variables: [variable],
  build,
});
const binary = (name: string, build: Build): GradientCase[] => [
  { name, variables: [matrix, positive], build },
  {
    name: `${name}, broadcast`,
    variables: [
      { shape: [2, 1, 4], low: 0.5, high: 2 },
      { shape: [3, 1], low: 0.5 },
    ],
    build,
  },
];

const elementwise: GradientCase[] = [
  ...binary("add", engine.add as Build),
  ...binary("sub", engine.sub as Build),
  ...binary("mul", engine.mul as Build),
  ...binary("div", engine.div as Build),
  ...binary("minimum", engine.minimum as Build),
  ...binary("maximum", engine.maximum as Build),
  { name: "pow", variables: [positive, matrix], build: engine.pow as Build },
  unary("neg", engine.neg, matrix),
  unary("abs", engine.abs, matrix),
  unary("exp", engine.exp, matrix),
  unary("log", engine.log, positive),
  unary("sqrt", engine.sqrt, positive),
  unary("reciprocal", engine.reciprocal, positive),
  unary("square", engine.square, matrix),
  unary("sin", engine.sin, matrix),
  unary("cos", engine.cos, matrix),
  unary("erf", engine.erf, matrix),
  unary("tanh", engine.tanh, matrix),
  unary("sigmoid", engine.sigmoid, matrix),
  unary("relu", engine.relu, matrix),
  unary("softplus", engine.softplus, matrix),
  unary("gelu", engine.gelu, matrix),
  unary("silu", engine.silu, matrix),
  unary("elu", engine.elu, matrix),
  unary("logGamma", engine.logGamma, positive),
  unary("clip", (x) => engine.clip(x, -0.5, 0.6), matrix),
  unary("cast of a comparison", (x) => engine.mul(x, engine.cast(engine.greater(x, 0.1), "float32")), matrix),
  unary("sign, floor and stopGradient", (x) => engine.add(engine.mul(engine.sign(x), x), still(x)), matrix),
  {
    name: "where, with a condition of every kind",
    variables: [matrix, row],
    build: (a, b) => {
      const condition = engine.and(engine.not(engine.less(a, -0.5)), engine.not(engine.equal(a, b)));
      return engine.where(condition, engine.mul(a, 2), engine.where(engine.greater(a, -1), b, 0));
    },
  },
];

/** Functions whose gradient is zero everywhere that it exists. */
function still(x: engine.Tensor): engine.Tensor {
  return engine.add(engine.floor(engine.mul(x, 1e-3)), engine.stopGradient(engine.mul(x, 0)));
}

const layouts: GradientCase[] = [
  unary("reshape", (x) => engine.mul(engine.reshape(x, [2, -1]), engine.reshape(x, [2, 6])), matrix),
  unary("transpose", (x) => engine.mul(engine.transpose(x, [2, 0, 1]), 3), { shape: [2, 3, 2] }),
  { name: "concat", variables: [matrix, { shape: [3, 2] }], build: (a, b) => engine.concat([a, b, a], 1) },
  unary("split, one part unused", (x) => engine.exp(engine.split(x, [1, 2, 1], 1)[1]!), matrix),
  unary("unstack and stack", (x) => engine.exp(engine.stack(engine.unstack(x, 1).toReversed(), 1)), matrix),
  unary("slice", (x) => engine.exp(engine.slice(x, 1, 1, -1)), matrix),
  unary("pad", (x) => engine.exp(engine.pad(x, 1, 2, 1)), matrix),
  unary("expand", (x) => engine.exp(engine.expand(x, [2, 3, 4])), row),
  unary("repeat", (x) => engine.exp(engine.repeat(x, 0, 2)), matrix),
  unary("interpolate", (x) => engine.interpolate(x, 7), matrix),
  unary("average and max pooling", (x) => engine.mul(engine.averagePool(x, 2), engine.maxPool(x, 2)), matrix),
  unary("gather of an inner axis", (x) => engine.exp(engine.gather(x, integers(0, 2, 2), 1)), { shape: [2, 3, 2] }),
  unary("embedding", (x) => engine.exp(engine.embedding(x, integers(2, 0, 2, 2))), matrix),
  unary("windows", (x) => engine.exp(engine.windows(x, integers(0, 2), 3, { offset: 1, stride: 2 })), { shape: [9] }),
];

const reductions: GradientCase[] = [
  unary("sum", (x) => engine.exp(engine.sum(x, { axes: [0] })), matrix),
  unary("mean", (x) => engine.exp(engine.mean(x, { axes: [1], keepdims: true })), matrix),
  unary("max", (x) => engine.exp(engine.max(x, { axes: [-1] })), matrix),
  unary("sum of squares", (x) => engine.sumSquares(x, { axes: [0] }), matrix),
  unary("softmax", engine.softmax, matrix),
  {
    name: "layer norm",
    variables: [matrix, row, row],
    build: (x, scale, shift) => engine.layerNorm(x, scale, shift),
  },
];

const batch = { shape: [2, 3, 2] } as const;
const products: GradientCase[] = [
  { name: "matmul", variables: [matrix, { shape: [4, 2] }], build: (a, b) => engine.matmul(a, b) },
  {
    name: "matmul, both transposed",
    variables: [{ shape: [4, 3] }, { shape: [2, 4] }],
    build: (a, b) => engine.matmul(a, b, { transA: true, transB: true }),
  },
  { name: "batched matmul", variables: [batch, { shape: [2, 2, 2] }], build: (a, b) => engine.matmul(a, b) },
  {
    name: "batched matmul, transposed",
    variables: [batch, { shape: [2, 4, 3] }],
    build: (a, b) => engine.matmul(a, b, { transA: true, transB: true }),
  },
  {
    name: "matmul, batch broadcast",
    variables: [{ shape: [2, 3] }, batch],
    build: (a, b) => engine.matmul(a, b),
  },
  {
    name: "linear",
    variables: [batch, { shape: [2, 3] }, { shape: [3] }],
    build: (x, weight, bias) => engine.linear(x, weight, bias),
  },
  {
    name: "attention",
    variables: [batch, batch, batch],
    build: (q, k, v) =>
      engine.attention(q, k, v, engine.constant(Uint8Array.of(1, 1, 0, 1, 1, 1, 0, 1, 1), [3, 3])).output,
  },
  {
    name: "GRU",
    variables: [
      { shape: [4, 3, 2] },
      ...Array<{ shape: number[] }>(6).fill({ shape: [2, 2] }),
      ...Array<{ shape: number[] }>(4).fill({ shape: [2] }),
    ],
    build: (x, ...weights) => {
      const [a, b, c, d, e, f, g, h, i, candidateBias] = weights as [engine.Tensor, ...engine.Tensor[]];
      const gates = {
        input: [a, b!, c!],
        recurrent: [d!, e!, f!],
        bias: [g!, h!, i!],
        candidateBias: candidateBias!,
      } as const;
      return engine.concat(engine.gru(x, gates), 0);
    },
  },
  {
    name: "one weight used many times",
    variables: [{ shape: [2, 2], low: -0.5, high: 0.5 }, { shape: [3, 2] }, { shape: [2], low: -0.1, high: 0.1 }],
    build: (weight, x, bias) => {
      let state = x;
      for (let step = 0; step < 4; step++) state = engine.tanh(engine.linear(state, weight, bias));
      return state;
    },
  },
];

const weights = engine.constant(Float32Array.of(1, 0, 2, 1, 1, 0.5, 1, 1, 0, 1, 1, 1), [3, 4]);
const target = engine.constant(
  Float32Array.from({ length: 12 }, (_, index) => Math.sin(index * 2.3)),
  [3, 4],
);
const counts = engine.constant(
  Float32Array.from({ length: 12 }, (_, index) => (index * 7) % 5),
  [3, 4],
);
const losses: GradientCase[] = [
  unary("squared error", (x) => engine.squaredError(x, target, weights), matrix),
  unary("absolute error", (x) => engine.absoluteError(x, target, weights), matrix),
  unary("Huber loss", (x) => engine.huber(x, target, 0.7, weights), matrix),
  unary("quantile loss", (x) => engine.quantileLoss(x, target, [0.1, 0.9], weights), { shape: [3, 4, 2] }),
  {
    name: "Student-t likelihood",
    variables: [matrix, positive, { shape: [3, 4], low: 2, high: 9 }],
    build: (location, scale, freedom) =>
      engine.studentLoss({ location: location, scale: scale, freedom: freedom }, target, weights),
  },
  {
    name: "negative binomial likelihood",
    variables: [positive, positive],
    build: (mean, dispersion) => engine.negativeBinomialLoss({ mean: mean, dispersion: dispersion }, counts, weights),
  },
];

export const gradientCases: readonly GradientCase[] = [
  ...elementwise,
  ...layouts,
  ...reductions,
  ...products,
  ...losses,
];
