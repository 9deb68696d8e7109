import { expect, test } from "vitest";
import {
  emptyPlan,
  isChanged,
  outsideRange,
  plannedValues,
  scenarioEntry,
  seekGoal,
  withCell,
  withChange,
} from "../../webview/what-if/plan.ts";

const price = { name: "price", values: [10, null, 10, 10], minimum: 8, maximum: 12 };
const all = { from: 0, to: 3 };
const dates = ["2024-01-01", "2024-01-02", "2024-01-03", "2024-01-04"];

test("a change holds for its span, single cells win, missing values stay missing", () => {
  const halved = withChange(emptyPlan, "price", { operation: "multiply", value: 0.5, from: 1, to: 2 });
  expect(plannedValues(price, halved)).toEqual([10, null, 5, 10]);
  expect(plannedValues(price, withCell(halved, "price", 2, 9))).toEqual([10, null, 9, 10]);
  expect(plannedValues(price, withChange(emptyPlan, "price", { operation: "set", value: 7, ...all }))).toEqual([
    7, 7, 7, 7,
  ]);
  expect(plannedValues(price, withChange(emptyPlan, "price", { operation: "add", value: -1, ...all }))).toEqual([
    9,
    null,
    9,
    9,
  ]);
});

test("a new change of a covariate gives up its single cells and leaves the others", () => {
  const plan = withCell(withCell(emptyPlan, "price", 0, 1), "promotion", 0, 1);
  const next = withChange(plan, "price", { operation: "multiply", value: 2, ...all });
  expect(next.cells).toEqual({ promotion: { 0: 1 } });
  expect(isChanged(withChange(emptyPlan, "price", undefined))).toBe(false);
});

test("steps beyond what training has seen are named", () => {
  expect(outsideRange(price, [7, 8, null, 13])).toEqual([0, 3]);
  expect(outsideRange({ name: "x", values: [] }, [1e9])).toEqual([]);
});

test("a plan becomes an entry of the experiment file only where one can say it", () => {
  const plan = withChange(emptyPlan, "price", { operation: "multiply", value: 0.9, ...all });
  expect(scenarioEntry(plan, dates)).toEqual({ set: { price: "* 0.9" } });
  const part = withChange(emptyPlan, "price", { operation: "add", value: -2, from: 1, to: 2 });
  expect(scenarioEntry(part, dates)).toEqual({ set: { price: "- 2" }, from: "2024-01-02", to: "2024-01-03" });
  expect(scenarioEntry(withCell(plan, "price", 0, 1), dates)).toBeUndefined();
  expect(
    scenarioEntry(withChange(plan, "promotion", { operation: "set", value: 1, from: 1, to: 3 }), dates),
  ).toBeUndefined();
  expect(scenarioEntry(emptyPlan, dates)).toBeUndefined();
});

test("a goal is found on a straight line, on a hill, and missed honestly", async () => {
  const line = await seekGoal(async (value) => 100 - 3 * value, 0, 20, 61);
  expect(line.reached).toBe(true);
  expect(line.value).toBeCloseTo(13, 2);
  const hill = await seekGoal(async (value) => 50 - (value - 10) ** 2, 0, 20, 45);
  expect(Math.abs(hill.total - 45)).toBeLessThan(0.01);
  const never = await seekGoal(async (value) => value, 0, 20, 100);
  expect(never).toEqual({ value: 20, total: 20, reached: false });
});
