import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { hasSharedData, sharedData } from "../../../bench/shared-data.ts";
import { shapleyValues } from "../../../daemon/forecasting/numerics/shapley.ts";

const file = "reference/shapley_exact_cases.json";
const row = z.array(z.number());
const casesSchema = z.object({
  background: z.array(row),
  X: z.array(row),
  models: z.record(z.string(), z.object({ base_value: z.number(), f_X: row, phi: z.array(row) })),
});

/** The reference's models, by the formula in their names. */
const models: Readonly<Record<string, (x: readonly number[]) => number>> = {
  "linear: 3+2*x0-1.5*x1+0.5*x2": ([a, b, c]) => 3 + 2 * a! - 1.5 * b! + 0.5 * c!,
  "interaction: x0*x1+2*x2^2-x3": ([a, b, c, d]) => a! * b! + 2 * c! ** 2 - d!,
  "threeway: x0*x1*x2+exp(0.3*x3)": ([a, b, c, d]) => a! * b! * c! + Math.exp(0.3 * d!),
};

describe.skipIf(!hasSharedData(file))(
  `Shapley values against ${file} of the bench data (skipped where it is not)`,
  () => {
    test.each(Object.entries(models))("%s", (name, model) => {
      const cases = casesSchema.parse(JSON.parse(readFileSync(join(sharedData, file), "utf8")));
      const { base_value: base, f_X: predictions, phi } = cases.models[name]!;
      cases.X.forEach((x, index) => {
        const mean = (known: readonly number[]) =>
          cases.background.reduce(
            (sum, other) => sum + model(x.map((value, k) => (known.includes(k) ? value : other[k]!))),
            0,
          ) / cases.background.length;
        const values = shapleyValues(x.length, 1, mean);
        expect(mean([])).toBeCloseTo(base, 10);
        expect(model(x)).toBeCloseTo(predictions[index]!, 10);
        phi[index]!.forEach((value, k) => {
          expect(values[k]).toBeCloseTo(value, 10);
        });
      });
    });
  },
);
