import { describe, expect, test } from "vitest";
import * as engine from "../../daemon/engine/index.ts";

/** Values of an expression without parameters, on the CPU. */
async function valuesOf(expression: engine.Tensor): Promise<number[]> {
  const graph = engine.compileEvaluation(new engine.Parameters(0), { y: expression });
  const evaluator = await engine.Evaluator.open(graph, { device: "cpu", threads: 1, resident: {} });
  const { y } = await evaluator.run(new Map(), 1, {});
  await evaluator.close();
  return Array.from(y as Float32Array);
}

async function expectValues(expression: engine.Tensor, expected: readonly number[]): Promise<void> {
  const values = await valuesOf(expression);
  expect(values).toHaveLength(expected.length);
  values.forEach((value, index) => {
    expect(value, `value ${index}`).toBeCloseTo(expected[index]!, 5);
  });
}

const tensor = (shape: readonly number[], ...values: number[]) => engine.constant(Float32Array.from(values), shape);
const integers = (...values: number[]) => engine.constant(Int32Array.from(values), [values.length]);
const matrix = tensor([2, 3], 0, 1, 2, 3, 4, 5);

describe("values agree with PyTorch 2.15", () => {
  test("activations", async () => {
    const x = tensor([3], -1, 1, 2);
    await expectValues(engine.gelu(x), [-0.158_655_256, 0.841_344_714, 1.954_499_722]);
    await expectValues(engine.silu(x), [-0.268_941_422, 0.731_058_598, 1.761_594_057]);
    await expectValues(engine.elu(tensor([3], -1, 1, -200)), [-0.632_120_55, 1, -1]);
    await expectValues(engine.softmax(tensor([3], 1, 2, 4)), [0.042_010_065, 0.114_195_19, 0.843_794_703]);
  });

  test("layer normalisation", async () => {
    await expectValues(
      engine.layerNorm(tensor([1, 4], 1, 2, 3, 6)),
      [-1.069_043_398, -0.534_521_699, 0, 1.603_565_097],
    );
  });

  test("attention", async () => {
    const numbers = Array.from({ length: 6 }, (_, index) => index);
    const shape = [1, 3, 2];
    const [queries, keys] = [tensor(shape, ...numbers.map(Math.sin)), tensor(shape, ...numbers.map(Math.cos))];
    await expectValues(
      engine.attention(queries, keys, tensor(shape, ...numbers)).output,
      [1.874_714_613, 2.874_714_375, 1.211_149_812, 2.211_149_693, 2.380_255_461, 3.380_255_7],
    );
  });

  test("interpolation", async () => {
    await expectValues(
      engine.interpolate(tensor([1, 3], 0, 4, 2), 7),
      [0, 0.571_428_537, 2.285_714_149, 4, 3.142_857_075, 2.285_714_149, 2],
    );
  });

  test("the GRU", async () => {
    const wave = (from: number, count: number) => Array.from({ length: count }, (_, index) => Math.sin(from + index));
    // PyTorch orders gates reset, update, candidate, keeps [units, in] and two biases a gate.
    const input = (gate: number) => tensor([1, 2], ...wave(2 * gate, 2));
    const recurrent = (gate: number) => {
      const [a, b, c, d] = wave(1 + 4 * gate, 4);
      return tensor([2, 2], a!, c!, b!, d!);
    };
    const bias = (start: number, gate: number) => wave(start + 2 * gate, 2);
    const both = (gate: number) => tensor([2], ...bias(2, gate).map((value, index) => value + bias(3, gate)[index]!));
    const states = engine.gru(tensor([3, 1, 1], 0.5, -1, 2), {
      input: [input(1), input(0), input(2)],
      recurrent: [recurrent(1), recurrent(0), recurrent(2)],
      bias: [both(1), both(0), tensor([2], ...bias(2, 2))],
      candidateBias: tensor([2], ...bias(3, 2)),
    });
    await expectValues(
      engine.concat(states, 0),
      [-0.132_025_748, 0.422_561_646, 0.594_831_288, 0.806_131_78, -0.387_745_857, 0.070_353_508],
    );
  });
});

describe("layout", () => {
  test("moves, cuts, joins and pads values", async () => {
    await expectValues(engine.transpose(matrix), [0, 3, 1, 4, 2, 5]);
    await expectValues(engine.slice(matrix, 1, -2), [1, 2, 4, 5]);
    await expectValues(engine.pad(matrix, 0, 1, 0), [0, 0, 0, 0, 1, 2, 3, 4, 5]);
    await expectValues(engine.repeat(matrix, 1, 2), [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5]);
    await expectValues(engine.concat(engine.split(matrix, [1, 2], 1).toReversed(), 1), [1, 2, 0, 4, 5, 3]);
    await expectValues(engine.stack(engine.unstack(matrix, 0), 1), [0, 3, 1, 4, 2, 5]);
    await expectValues(engine.expand(tensor([2, 1], 1, 2), [2, 2]), [1, 1, 2, 2]);
  });

  test("gathers rows, columns and windows", async () => {
    await expectValues(engine.gather(matrix, integers(1, 0, 1)), [3, 4, 5, 0, 1, 2, 3, 4, 5]);
    await expectValues(engine.gather(matrix, integers(2, 0), 1), [2, 0, 5, 3]);
    const line = tensor([7], 0, 1, 2, 3, 4, 5, 6);
    await expectValues(engine.windows(line, integers(0, 2), 3, { offset: 1 }), [1, 2, 3, 3, 4, 5]);
    await expectValues(engine.windows(line, integers(0, 2), 3, { stride: 2, timeMajor: true }), [0, 2, 2, 4, 4, 6]);
  });

  test("pools neighbours", async () => {
    const line = tensor([1, 6], 3, 1, 2, 6, 5, 4);
    await expectValues(engine.averagePool(line, 3), [2, 5]);
    await expectValues(engine.maxPool(line, 2), [3, 6, 5]);
  });
});

describe("matrix products", () => {
  test("swap either side without a copy in the graph", async () => {
    await expectValues(engine.matmul(matrix, matrix, { transB: true }), [5, 14, 14, 50]);
    await expectValues(engine.matmul(matrix, matrix, { transA: true }), [9, 12, 15, 12, 17, 22, 15, 22, 29]);
  });

  test("run over batches, with one side the same for all", async () => {
    const batch = tensor([2, 1, 2], 1, 2, 3, 4);
    await expectValues(engine.matmul(batch, tensor([2, 2], 1, 0, 0, 10)), [1, 20, 3, 40]);
    await expectValues(engine.matmul(batch, batch, { transB: true }), [5, 25]);
    await expectValues(engine.matmul(tensor([1, 1], 2), batch), [2, 4, 6, 8]);
  });
});
