import { expect, test } from "vitest";
import { csv } from "../../webview/shared/csv.ts";
import {
  formatChange,
  formatNumber,
  formatPercent,
  formatScore,
  formatSeconds,
  formatSteps,
  formatTime,
  joinWords,
  metricName,
  plural,
  relativeChange,
} from "../../webview/shared/format.ts";
import { outline } from "../../webview/shared/outline.ts";
import { fileName } from "../../webview/shared/save.ts";

test.each([
  [1234567.8, "1,234,568"],
  [0.000123456, "0.0001235"],
  [-16284.4, "−16,284"],
  [44.9, "44.9"],
  [0, "0"],
  [Number.NaN, "–"],
  [null, "–"],
])("number %s reads %s", (value, text) => {
  expect(formatNumber(value)).toBe(text);
});

test("scores keep three decimals near one and stay readable elsewhere", () => {
  expect([0.7131, 1.4, 0.0812345, 12.3456, 0.00012, Number.POSITIVE_INFINITY].map(formatScore)).toEqual([
    "0.713",
    "1.400",
    "0.081",
    "12.35",
    "0.00012",
    "–",
  ]);
});

test("shares become percentages, small ones with a decimal, changes with their sign", () => {
  expect([0.234, 0.8, 0.071, 0, -0.031].map((share) => formatPercent(share))).toEqual([
    "23\u202f%",
    "80\u202f%",
    "7.1\u202f%",
    "0\u202f%",
    "−3.1\u202f%",
  ]);
  expect([0.12, -0.07, undefined].map(formatChange)).toEqual(["+12\u202f%", "−7.0\u202f%", "–"]);
});

test.each([
  [0.0004, "< 1 ms"],
  [0.31, "310 ms"],
  [8.12, "8.1 s"],
  [59.7, "1 min"],
  [143.2, "2 min 23 s"],
  [3900, "1 h 05 min"],
])("%s seconds read %s", (seconds, text) => {
  expect(formatSeconds(seconds)).toBe(text.replaceAll(" ", "\u00a0"));
});

test("a time is as precise as its frequency", () => {
  const moment = Date.UTC(2024, 2, 12, 14, 30, 5);
  const read = (unit: Parameters<typeof formatTime>[1]["unit"]) => formatTime(moment, { unit, multiple: 1 });
  expect([read("year"), read("quarter"), read("month"), read("week"), read("hour"), read("second")]).toEqual([
    "2024",
    "2024 Q1",
    "Mar 2024",
    "12 Mar 2024",
    "12 Mar 2024 14:30",
    "12 Mar 2024 14:30:05",
  ]);
  expect(formatTime(Number.NaN, { unit: "day", multiple: 1 })).toBe("–");
});

test("steps, counts and lists read as sentences do", () => {
  expect(formatSteps(28, { unit: "day", multiple: 1 })).toBe("28 days");
  expect(formatSteps(1, { unit: "month", multiple: 1 })).toBe("1 month");
  expect(formatSteps(96, { unit: "minute", multiple: 15 })).toBe("96 steps of 15 minutes");
  expect(plural(100_000, "series", "series")).toBe("100,000 series");
  expect([["a"], ["a", "b"], ["a", "b", "c"]].map(joinWords)).toEqual(["a", "a and b", "a, b and c"]);
  expect(["mase", "smape", "mdape"].map(metricName)).toEqual(["MASE", "sMAPE", "MdAPE"]);
});

test("CSV quotes what needs it, leaves missing cells empty and disarms formulas", () => {
  expect(
    csv(
      ["a", "b"],
      [
        ['x, "y"', 1.5],
        ["=1+1", Number.NaN],
        [null, -2],
      ],
    ),
  ).toBe('a,b\r\n"x, ""y""",1.5\r\n\'=1+1,\r\n,-2\r\n');
});

test("settings are outlined as YAML would be", () => {
  const settings = {
    data: { source: "sales.csv", series: ["store", "product"] },
    scenarios: [{ name: "a: b", set: { price: "* 0.9" } }],
  };
  expect(outline(settings)).toBe(
    'data: \n  source: sales.csv\n  series: [store, product]\nscenarios: \n  - name: "a: b"\n    set: \n      price: * 0.9',
  );
});

test("file names hold no characters that a file system refuses", () => {
  expect(fileName("Error by series: store 1/2", "x")).toBe("Error-by-series-store-1-2-x");
});

test("a change is upwards whatever the sign of what it starts from", () => {
  expect(relativeChange(110, 100)).toBeCloseTo(0.1);
  expect(relativeChange(-90, -100)).toBeCloseTo(0.1);
  expect(formatChange(relativeChange(1, 0))).toBe("–");
});
