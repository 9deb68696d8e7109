import { InferenceSession, Tensor } from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { buildDataset } from "../../../../daemon/forecasting/features/dataset.ts";
import { designColumns, designOf } from "../../../../daemon/forecasting/models/linear/design.ts";
import { linearPredictions } from "../../../../daemon/forecasting/models/linear/fit.ts";
import { linearToOnnx } from "../../../../daemon/forecasting/models/linear/onnx.ts";
import { elasticNet, momentsOf, ridge } from "../../../../daemon/forecasting/models/linear/solve.ts";
import { stepSizes } from "../../../../daemon/forecasting/models/step-sizes.ts";
import { uniformStream } from "../../../../daemon/forecasting/numerics/random.ts";
import { demandPanel } from "../demand-panel.ts";

const width = 4;
const rows = 200;

function problem() {
  const random = uniformStream(3, "mulberry32");
  const values = Float64Array.from({ length: rows * width }, () => random() - 0.5);
  const target = Float64Array.from({ length: rows }, (_, row) => {
    return 3 * values[row * width]! - 2 * values[row * width + 2]! + 0.1 * (random() - 0.5);
  });
  const moments = momentsOf(
    values,
    width,
    target,
    Int32Array.from({ length: rows }, (_, row) => row),
  );
  return { values, target, moments };
}

/** ½/n ‖y − Xb‖² + penalty × (share ‖b‖₁ + ½ (1 − share) ‖b‖²). */
function objective(coefficients: ArrayLike<number>, penalty: number, share: number): number {
  const { values, target } = problem();
  let loss = 0;
  for (let row = 0; row < rows; row++) {
    let error = target[row]!;
    for (let i = 0; i < width; i++) error -= coefficients[i]! * values[row * width + i]!;
    loss += error ** 2 / (2 * rows);
  }
  for (let i = 0; i < width; i++) {
    loss += penalty * (share * Math.abs(coefficients[i]!) + ((1 - share) / 2) * coefficients[i]! ** 2);
  }
  return loss;
}

describe("elastic net", () => {
  test.each([
    [0.1, 0],
    [0.01, 0.5],
    [0.02, 1],
  ])("with penalty %f and share %f is the minimum of its objective", (penalty, share) => {
    const found = elasticNet(problem().moments, penalty, share, new Float64Array(width));
    const smallest = objective(found, penalty, share);
    for (let i = 0; i < width; i++) {
      for (const change of [-1e-3, 1e-3]) {
        expect(objective(found.with(i, found[i]! + change), penalty, share)).toBeGreaterThan(smallest);
      }
    }
  });

  test("recovers the coefficients without a penalty, and drops useless ones with a lasso", () => {
    const { moments } = problem();
    const plain = ridge(moments, 0);
    [3, 0, -2, 0].forEach((value, i) => {
      expect(Math.abs(plain[i]! - value)).toBeLessThan(0.05);
    });
    const lasso = elasticNet(moments, 0.02, 1, new Float64Array(width));
    expect([lasso[1], lasso[3]]).toEqual([0, 0]);
  });
});

describe("error sizes by step", () => {
  test("grow with the horizon and borrow where errors are few", () => {
    const steps = Int32Array.from({ length: 4000 }, (_, i) => 1 + (i % 10));
    const errors = Float64Array.from(steps, (step, i) => (i % 2 === 0 ? step : -step));
    expect(stepSizes(errors, steps, 10)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(stepSizes(Float64Array.from([1, -3]), Int32Array.from([1, 2]), 3)).toEqual([2, 2, 2]);
    expect(stepSizes(new Float64Array(0), new Int32Array(0), 2).every((size) => size > 0)).toBe(true);
  });
});

describe("linearToOnnx", () => {
  test("predicts the same in ONNX Runtime", async () => {
    const { panel } = demandPanel();
    const { plan, matrix } = await buildDataset(panel, {
      horizon: 14,
      gap: 0,
      seasons: [7],
      scaling: { centre: "level", unit: "change", window: 7, season: 7 },
      fourier: true,
      limit: 800,
      seed: 1,
      signal: new AbortController().signal,
    });
    const columns = designColumns(plan, matrix);
    const random = uniformStream(8, "mulberry32");
    const coefficients = Float64Array.from(columns, () => random() - 0.5);
    const { values } = designOf(plan, columns, matrix);
    const expected = linearPredictions(values, coefficients, 0.7, Array(matrix.rows).keys());
    const step = plan.features.findIndex(({ kind }) => kind === "step");
    const session = await InferenceSession.create(linearToOnnx(columns, coefficients, 0.7, plan.features.length, step));
    const features = plan.features.length;
    const input = Float32Array.from({ length: matrix.rows * features }, (_, i) => {
      return matrix.columns[i % features]![Math.floor(i / features)]!;
    });
    const { prediction } = await session.run({ features: new Tensor("float32", input, [matrix.rows, features]) });
    expected.forEach((value, row) => {
      expect(prediction!.data[row]).toBeCloseTo(value, 3);
    });
  });
});
