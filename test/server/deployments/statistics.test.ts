import fc from "fast-check";
import { expect, test } from "vitest";
import {
  kolmogorovSmirnov,
  kolmogorovSmirnovPValue,
  populationStabilityIndex,
} from "../../../daemon/server/deployments/statistics.ts";

test("Kolmogorov–Smirnov of samples worked out by hand", () => {
  expect(kolmogorovSmirnov([1, 2, 3, 4], [3, 4, 5, 6])).toBeCloseTo(0.5, 12);
  expect(kolmogorovSmirnov([1, 1, 2], [1, 2, 2])).toBeCloseTo(1 / 3, 12);
  expect(kolmogorovSmirnov([1, 2], [10, 20])).toBe(1);
});

test("the p-value at the 5 % point of the limiting distribution, 1.3581", () => {
  expect(kolmogorovSmirnovPValue(1.3581 / Math.sqrt(5e7), 1e8, 1e8)).toBeCloseTo(0.05, 4);
  expect(kolmogorovSmirnovPValue(0, 50, 50)).toBe(1);
});

test("the stability index is small for the same distribution, large for a moved one", () => {
  const reference = Array.from({ length: 1_000 }, (_, index) => (index * 617) % 1_000);
  const same = Array.from({ length: 500 }, (_, index) => (index * 2 + 1) % 1_000);
  expect(populationStabilityIndex(reference, same)).toBeLessThan(0.01);
  expect(
    populationStabilityIndex(
      reference,
      same.map((value) => value + 400),
    ),
  ).toBeGreaterThan(0.5);
});

test("both are finite, at least zero, and zero for a sample against itself", () => {
  const sample = fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 10, maxLength: 60 });
  fc.assert(
    fc.property(sample, sample, (a, b) => {
      const index = populationStabilityIndex(a, b);
      expect(Number.isFinite(index) && index >= 0).toBe(true);
      expect(populationStabilityIndex(a, a)).toBeCloseTo(0, 12);
      expect(kolmogorovSmirnov(a, b)).toBeCloseTo(kolmogorovSmirnov(b, a), 12);
      expect(kolmogorovSmirnov(a, a)).toBe(0);
    }),
  );
});
