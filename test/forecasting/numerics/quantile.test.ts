import { describe, expect, test } from "vitest";
import { median, quantileOfSorted, weightedQuantile } from "../../../daemon/forecasting/numerics/quantile.ts";

const ten = Float64Array.from({ length: 10 }, (_, index) => index + 1);

describe("quantiles of 1 … 10", () => {
  // R: quantile(1:10, c(0, 0.25, 0.5, 0.9, 1), type = 7) and type = 5.
  test.for([
    ["linear", [1, 3.25, 5.5, 9.1, 10]],
    ["hazen", [1, 3, 5.5, 9.5, 10]],
    ["lower", [1, 3, 5, 9, 10]],
    ["upper", [1, 3, 6, 10, 10]],
  ] as const)("%s", ([method, expected]) => {
    const found = [0, 0.25, 0.5, 0.9, 1].map((level) => quantileOfSorted(ten, level, method));
    found.forEach((value, index) => {
      expect(value).toBeCloseTo(expected[index]!, 12);
    });
  });

  test("conformal: of nine values the greatest covers 90 %, and no level asks for more than that", () => {
    const nine = ten.slice(0, 9);
    expect(quantileOfSorted(nine, 0.9, "conformal")).toBe(9);
    expect(quantileOfSorted(nine, 0.8, "conformal")).toBe(8);
    expect(quantileOfSorted(nine, 0.99, "conformal")).toBe(9);
  });

  test("there is none of no values", () => {
    expect(quantileOfSorted([], 0.5)).toBeNaN();
    expect(median([])).toBeNaN();
    expect(weightedQuantile([], 0.5)).toBeNaN();
  });
});

test("a median is the middle value or the mean of the middle two, whatever the order", () => {
  expect(median([9, -1, 3])).toBe(3);
  expect(median([10, 9, 2, 1])).toBe(5.5);
});

test("a weighted quantile is the first value whose weights reach the mass, else the last", () => {
  const values = [
    { value: 1, weight: 0.25 },
    { value: 2, weight: 0.5 },
    { value: 3, weight: 0.25 },
  ];
  expect([0, 0.25, 0.26, 0.75, 0.76, 2].map((mass) => weightedQuantile(values, mass))).toEqual([1, 1, 2, 2, 3, 3]);
});
