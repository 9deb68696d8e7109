import { describe, expect, test } from "vitest";
import { solveSymmetric } from "../../../daemon/forecasting/numerics/cholesky.ts";
import { minimise } from "../../../daemon/forecasting/numerics/golden-section.ts";
import { leastSquares } from "../../../daemon/forecasting/numerics/levenberg-marquardt.ts";

describe("golden section", () => {
  test.each([0, 0.123, 0.5, 1])("finds the bottom of a valley at %d", (bottom) => {
    expect(minimise((x) => (x - bottom) ** 2, 0, 1)).toBeCloseTo(bottom, 3);
  });

  test("takes the deeper of two valleys", () => {
    const cost = (x: number) => Math.min((x - 0.15) ** 2 + 0.1, (x - 0.85) ** 2);
    expect(minimise(cost, 0, 1)).toBeCloseTo(0.85, 3);
  });
});

describe("Levenberg–Marquardt", () => {
  test("solves Rosenbrock's problem", () => {
    const found = leastSquares(
      (x, out) => {
        out[0] = 10 * (x[1]! - x[0]! ** 2);
        out[1] = 1 - x[0]!;
        return true;
      },
      Float64Array.of(-1.2, 1),
      2,
      { iterations: 200, tolerance: 1e-14 },
    )!;
    expect(found.x[0]).toBeCloseTo(1, 5);
    expect(found.x[1]).toBeCloseTo(1, 5);
  });

  test("takes derivatives from a function that holds next to the last point only", () => {
    let last = Float64Array.of(0, 0);
    let differentiated = 0;
    const found = leastSquares(
      (x, out) => {
        last = x.slice() as Float64Array<ArrayBuffer>;
        out[0] = 10 * (x[1]! - x[0]! ** 2);
        out[1] = 1 - x[0]!;
        return true;
      },
      Float64Array.of(-1.2, 1),
      2,
      {
        iterations: 200,
        tolerance: 1e-14,
        near: (x, out) => {
          differentiated++;
          // The first residual made linear around the last point.
          out[0] = 10 * (x[1]! - last[0]! ** 2 - 2 * last[0]! * (x[0]! - last[0]!));
          out[1] = 1 - x[0]!;
          return true;
        },
      },
    )!;
    expect(differentiated).toBeGreaterThan(0);
    expect(found.x[0]).toBeCloseTo(1, 5);
    expect(found.x[1]).toBeCloseTo(1, 5);
  });

  test("stays within its limit and where the residuals are defined", () => {
    const found = leastSquares(
      (x, out) => {
        out[0] = x[0]! - 10;
        return x[0]! < 3;
      },
      Float64Array.of(0),
      1,
    )!;
    expect(found.x[0]).toBeLessThan(3);
    expect(leastSquares(() => false, Float64Array.of(0), 1)).toBeUndefined();
  });
});

describe("symmetric systems", () => {
  test("are solved where positive definite", () => {
    const b = Float64Array.of(10, 8);
    expect(solveSymmetric(Float64Array.of(4, 0, 2, 3), b, 2)).toBe(true);
    expect(b[0]).toBeCloseTo(1.75, 12);
    expect(b[1]).toBeCloseTo(1.5, 12);
  });

  test("are refused elsewhere", () => {
    expect(solveSymmetric(Float64Array.of(1, 0, 2, 1), Float64Array.of(1, 1), 2)).toBe(false);
  });
});
