import { expect, test } from "vitest";
import { moved } from "../../webview/shared/picker.ts";
import { orderSeries } from "../../webview/shared/series-order.ts";
import { sortRows } from "../../webview/shared/table.ts";
import { scrollTo, visibleRows } from "../../webview/shared/virtual.ts";

const facts = {
  names: ["store 10 · tea", "store 2 · tea", "store 2 · coffee", "Store 3 · Tea"],
  error: [0.5, 1.2, Number.NaN, 0.9],
  baselineError: [1, 1, 1, 0.6],
  size: [10, 400, 30, 20],
};

test("series come in the asked order, those without a value last", () => {
  expect(orderSeries(facts, "", "worst")).toEqual([1, 3, 0, 2]);
  expect(orderSeries(facts, "", "best")).toEqual([0, 3, 1, 2]);
  expect(orderSeries(facts, "", "lost")).toEqual([3, 1, 0, 2]);
  expect(orderSeries(facts, "", "large")).toEqual([1, 2, 3, 0]);
  expect(orderSeries(facts, "", "name")).toEqual([2, 1, 3, 0]);
});

test("every word of a search has to occur, whatever its case and place", () => {
  expect(orderSeries(facts, "TEA 2", "name")).toEqual([1]);
  expect(orderSeries(facts, "nothing", "name")).toEqual([]);
});

test("only the rows in sight of a long list are drawn", () => {
  const rows = visibleRows(100_000, 36, 36_000, 360, 5);
  expect(rows).toEqual({ from: 995, to: 1015, offset: 995 * 36, height: 3_600_000 });
  expect(visibleRows(3, 36, 0, 360)).toEqual({ from: 0, to: 3, offset: 0, height: 108 });
  expect(visibleRows(0, 36, 0, 360).to).toBe(0);
});

test("scrolling to a row moves as little as possible", () => {
  expect(scrollTo(5, 10, 0, 100)).toBe(0);
  expect(scrollTo(20, 10, 0, 100)).toBe(110);
  expect(scrollTo(3, 10, 80, 100)).toBe(30);
});

test("keys lead through the list, and only there do Home and End", () => {
  expect(moved(4, "ArrowDown", 10, false)).toBe(5);
  expect(moved(9, "ArrowDown", 10, false)).toBe(9);
  expect(moved(-1, "ArrowUp", 10, false)).toBe(0);
  expect(moved(4, "PageDown", 10, true)).toBe(9);
  expect(moved(4, "Home", 10, false)).toBeUndefined();
  expect(moved(4, "End", 10, true)).toBe(9);
  expect(moved(0, "ArrowDown", 0, true)).toBeUndefined();
});

test("rows sort by number or text, missing values last in both directions", () => {
  const rows = [{ v: 2 }, { v: null }, { v: 10 }, { v: Number.NaN }];
  expect(sortRows(rows, (row) => row.v, true).map((row) => row.v)).toEqual([2, 10, null, Number.NaN]);
  expect(sortRows(rows, (row) => row.v, false).map((row) => row.v)).toEqual([10, 2, null, Number.NaN]);
  expect(sortRows(["b10", "b9"], (row) => row, true)).toEqual(["b9", "b10"]);
});
