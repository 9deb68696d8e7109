import { InferenceSession, Tensor } from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import type { Table } from "../../../../daemon/forecasting/models/boosting/binning.ts";
import { predictTable } from "../../../../daemon/forecasting/models/boosting/booster.ts";
import { boosterToOnnx } from "../../../../daemon/forecasting/models/boosting/onnx.ts";
import { uniformStream } from "../../../../daemon/forecasting/numerics/random.ts";
import { plainOptions, train } from "./helpers.ts";

/** Predictions of ONNX Runtime for every row of a table. */
async function predictOnnx(model: Uint8Array, table: Table): Promise<number[]> {
  const session = await InferenceSession.create(model);
  const width = table.columns.length;
  const values = Float32Array.from(
    { length: table.rows * width },
    (_, i) => table.columns[i % width]![Math.floor(i / width)]!,
  );
  const { prediction } = await session.run({ features: new Tensor("float32", values, [table.rows, width]) });
  return Array.from(prediction!.data as Float32Array);
}

describe("boosterToOnnx", () => {
  test.each([{ kind: "squared" }, { kind: "poisson" }] as const)(
    "predicts the same in ONNX Runtime, with missing values and categories ($kind)",
    async (objective) => {
      const random = uniformStream(4, "mulberry32");
      const rows = 1500;
      const columns = [0, 1, 2].map((feature) =>
        Float32Array.from({ length: rows }, () => {
          if (random() < 0.1) return Number.NaN;
          return feature === 2 ? Math.floor(random() * 12) : random();
        }),
      );
      const table = { rows, columns, categorical: [false, false, true] };
      const target = Float64Array.from({ length: rows }, (_, row) => {
        const [a, b, code] = columns.map((column) => column[row]!);
        return (Number.isNaN(a!) ? 3 : 2 * a!) + (b! > 0.5 ? 1 : 0) + ([1, 5, 7, 8].includes(code!) ? 4 : 0) + random();
      });
      const booster = await train({ table, target }, plainOptions(3, { objective, rounds: 25, categorySmooth: 1 }));
      expect(booster.trees.some((tree) => tree.sets.length > 0)).toBe(true);
      const unseen = {
        ...table,
        columns: columns.with(
          2,
          columns[2]!.map((code) => (code === 3 ? 40 : code)),
        ),
      };
      for (const each of [table, unseen]) {
        const expected = predictTable(booster, each);
        const actual = await predictOnnx(boosterToOnnx(booster), each);
        expected.forEach((value, row) => {
          expect(actual[row]).toBeCloseTo(value, 3);
        });
      }
    },
  );
});
