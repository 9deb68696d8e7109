import { describe, expect, test } from "vitest";
import { autocorrelations } from "../../../daemon/forecasting/numerics/autocorrelation.ts";
import { minimiseInBox } from "../../../daemon/forecasting/numerics/box-least-squares.ts";
import { gaussianQuantiles, normalCdf, normalQuantile } from "../../../daemon/forecasting/numerics/normal.ts";
import { normalStream } from "../../../daemon/forecasting/numerics/random.ts";
import { airPassengers } from "../models/arima/series.ts";

describe("the normal distribution", () => {
  test("has the tabulated quantiles", () => {
    // R: qnorm(c(0.975, 0.9, 0.995, 1e-10), digits 15).
    expect(normalQuantile(0.975)).toBeCloseTo(1.95996398454005, 12);
    expect(normalQuantile(0.9)).toBeCloseTo(1.2815515655446, 12);
    expect(normalQuantile(0.995)).toBeCloseTo(2.5758293035489, 12);
    expect(normalQuantile(1e-10)).toBeCloseTo(-6.36134090240406, 10);
    expect([normalQuantile(0.5), normalQuantile(0)]).toEqual([0, Number.NEGATIVE_INFINITY]);
  });

  test("inverts its distribution function", () => {
    for (const p of [1e-8, 0.001, 0.2, 0.5, 0.83, 0.9999]) expect(normalCdf(normalQuantile(p))).toBeCloseTo(p, 13);
  });

  test("keeps the spread where a deviation is not finite", () => {
    const quantiles = gaussianQuantiles(Float64Array.of(1, 2), Float64Array.of(1, Number.NaN), [0.5, 0.975]);
    expect(quantiles[3]).toBeCloseTo(2 + 1.95996398454005, 9);
  });

  test("draws reproducible numbers with mean 0 and variance 1", () => {
    const [first, second] = [normalStream(5), normalStream(5)];
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < 20_000; i++) {
      const value = first();
      expect(second()).toBe(value);
      sum += value;
      squares += value * value;
    }
    expect(Math.abs(sum / 20_000)).toBeLessThan(0.03);
    expect(Math.abs(squares / 20_000 - 1)).toBeLessThan(0.04);
  });
});

describe("autocorrelations", () => {
  test("are R's", () => {
    // R: acf(AirPassengers)$acf at lags 1, 2, 12.
    const found = autocorrelations(Float64Array.from(airPassengers), [1, 2, 12]);
    expect(found[0]).toBeCloseTo(0.9480473408, 9);
    expect(found[1]).toBeCloseTo(0.8755748351, 9);
    expect(found[2]).toBeCloseTo(0.7603950423, 9);
  });

  test("are zero for a constant", () => {
    expect([...autocorrelations(new Float64Array(9).fill(4), [1, 2, 3])]).toEqual([0, 0, 0]);
  });
});

describe("least squares in a box", () => {
  /** (x − 3)² + (y − x²)² with its Gauss–Newton curvature. */
  const valley = {
    size: 2,
    value: ([x, y]: Float64Array) => (x! - 3) ** 2 + (y! - x! * x!) ** 2,
    expand([x, y]: Float64Array, gradient: Float64Array, curvature: Float64Array) {
      gradient.set([2 * (x! - 3) - 4 * x! * (y! - x! * x!), 2 * (y! - x! * x!)]);
      curvature.set([2 + 8 * x! * x!, -4 * x!, 0, 2]);
    },
  };
  const options = { maximumIterations: 100, tolerance: 1e-14 };
  const lower = Float64Array.of(-10, -10);

  test("finds the minimum inside", () => {
    const x = Float64Array.of(-1, 5);
    minimiseInBox(valley, x, { lower, upper: Float64Array.of(10, 100) }, options);
    expect(x[0]).toBeCloseTo(3, 5);
    expect(x[1]).toBeCloseTo(9, 4);
  });

  test("finds the minimum on the edge, with the other variable fitted to it", () => {
    const x = Float64Array.of(0, 0);
    minimiseInBox(valley, x, { lower, upper: Float64Array.of(2, 100) }, options);
    expect(x[0]).toBe(2);
    expect(x[1]).toBeCloseTo(4, 5);
  });
});
