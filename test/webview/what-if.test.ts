import { expect, test } from "vitest";
import { declaredScenarios } from "../../webview/what-if/declared.ts";
import {
  emptyPlan,
  isChanged,
  outsideRange,
  planName,
  plannedChanges,
  plannedValues,
  scenarioEntry,
  withCell,
  withChange,
} from "../../webview/what-if/plan.ts";
import { reportDocument } from "../fixtures/report-document.ts";

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

test("the model is asked for changes first and single cells last", () => {
  const halved = withChange(emptyPlan, "price", { operation: "multiply", value: 0.5, from: 1, to: 2 });
  expect(plannedChanges(withCell(halved, "price", 2, 9))).toEqual([
    { covariate: "price", operation: "multiply", value: 0.5, from: 1, to: 2 },
    { covariate: "price", operation: "set", value: 9, from: 2, to: 2 },
  ]);
  expect(planName(withChange(halved, "promotion", { operation: "set", value: 1, ...all }))).toBe(
    "price −50\u202f%, promotion 1",
  );
});

test("scenarios of the experiment become plans; those of a part of the window or the series do not", () => {
  const summary = reportDocument({ series: 2, points: 60, explanations: false });
  const total = { base: 1, scenario: 1 };
  const changes = [
    { covariate: "price", change: "* 0.9" },
    { covariate: "promotion", change: "1" },
  ];
  const declared = declaredScenarios({
    ...summary,
    scenarios: [
      { name: "whole", changes, total, series: [] },
      { name: "part", changes, total, series: [], partial: true },
    ],
  });
  expect(declared.map(({ name }) => name)).toEqual(["whole"]);
  expect(declared[0]!.plan.changes).toMatchObject({
    price: { operation: "multiply", value: 0.9, from: 0 },
    promotion: { operation: "set", value: 1 },
  });
});
