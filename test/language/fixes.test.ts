import { describe, expect, test } from "vitest";
import { diagnose } from "../../extension/language/service/diagnostics.ts";
import { quickFixes } from "../../extension/language/service/fixes.ts";
import { parseExperiment } from "../../protocol/experiment/parse.ts";
import { applyEdits, facts, open } from "./fixture.ts";

const uri = "file:///retail.forecast.yaml";

/** The text after the fix named `title` (or the preferred one) of the problem with this code. */
function fix(text: string, code: string, title?: string): string {
  const document = open(text);
  const problems = diagnose(document, facts).filter((problem) => problem.code === code);
  const actions = quickFixes(document, uri, problems, facts);
  const action = actions.find((candidate) => (title === undefined ? candidate.isPreferred : candidate.title === title));
  if (action === undefined) throw new Error(`no such fix; there are: ${actions.map((one) => one.title).join(" · ")}`);
  return applyEdits(document, action.edit!.changes![uri]!);
}

const data = "data: {source: a.csv, time: date, series: [store], target: units}\n";
const rest = "forecast: {horizon: 7}\nevaluation: {windows: 2}\n";

describe("replace by the nearest", () => {
  test("column, key, model, value", () => {
    expect(fix("data:\n  target: unis # what we sell\n", "unknown-column")).toBe(
      "data:\n  target: units # what we sell\n",
    );
    expect(fix(`${data}forcast: {horizon: 7}\n`, "unknown-key")).toBe(`${data}forecast: {horizon: 7}\n`);
    expect(fix("search: {models: [auto-est]}\n", "unknown-model")).toBe("search: {models: [auto-ets]}\n");
    expect(fix(`${data}${rest}train: {device: webgp}\n`, "wrong-value")).toContain("device: webgpu");
  });
});

describe("remove", () => {
  test("a covariate that is the target", () => {
    const text = `${data}covariates:\n  observed: [footfall, units]\n${rest}`;
    expect(fix(text, "column-used-twice")).toBe(text.replace(", units", ""));
  });

  test("the first of a list, and the only one with its key", () => {
    const first = `${data}covariates:\n  observed: [units, footfall]\n${rest}`;
    expect(fix(first, "column-used-twice")).toBe(first.replace("units, footfall", "footfall"));
    const only = `${data}covariates:\n  observed: [units]\n  static: [region]\n${rest}`;
    expect(fix(only, "column-used-twice")).toBe(only.replace("  observed: [units]\n", ""));
  });

  test("a list item and an unknown key go with their lines", () => {
    const block = `${data}covariates:\n  observed:\n    - footfall\n    - units\n${rest}`;
    expect(fix(block, "column-used-twice")).toBe(block.replace("    - units\n", ""));
    const key = `${data}zzzzzzzz:\n  a: 1\n  b: 2\n\n${rest}`;
    expect(fix(key, "unknown-key", "Remove zzzzzzzz")).toBe(`${data}\n${rest}`);
  });
});

describe("move a known covariate to observed", () => {
  test("into a list that exists, in both layouts", () => {
    const flow = `${data}covariates:\n  known: [promotion, price]\n  observed: [footfall]\n${rest}`;
    expect(fix(flow, "no-future-values")).toBe(
      `${data}covariates:\n  known: [promotion]\n  observed: [footfall, price]\n${rest}`,
    );
    const block = `${data}covariates:\n  known:\n    - price\n    - promotion\n  observed:\n    - footfall\n${rest}`;
    expect(fix(block, "no-future-values")).toBe(
      `${data}covariates:\n  known:\n    - promotion\n  observed:\n    - footfall\n    - price\n${rest}`,
    );
  });

  test("into a list that does not exist yet", () => {
    const text = `${data}covariates:\n  known: [promotion, net units]\n${rest}`;
    expect(fix(text, "leakage-suspicion")).toBe(
      `${data}covariates:\n  known: [promotion]\n  observed: [net units]\n${rest}`,
    );
  });
});

describe("set numbers", () => {
  test("horizon and windows to what fits", () => {
    expect(fix(`${data}forecast: {horizon: 99}\n`, "horizon-too-long")).toContain("horizon: 37");
    expect(fix(`${data}forecast: {horizon: 7}\nevaluation: {windows: 9}\n`, "windows-too-many")).toContain(
      "windows: 5",
    );
    expect(fix(`${data}forecast: {horizon: 20}\n`, "windows-too-many")).toBe(
      `${data}forecast: {horizon: 20}\nevaluation:\n  windows: 1\n`,
    );
  });
});

describe("add and reorder", () => {
  test("a missing key with a guess from the data", () => {
    const text = `data:\n  source: a.csv\n  time: date\n\n${rest}`;
    expect(fix(text, "missing-key")).toBe(`data:\n  source: a.csv\n  time: date\n  target: units\n\n${rest}`);
    expect(fix(data, "missing-key")).toBe(`${data}forecast: {horizon: 14}\n`);
  });

  test("a scenario's column becomes known", () => {
    const text = `${data}covariates: {known: [promotion]}\n${rest}scenarios: [{name: a, set: {price: 1}}]\n`;
    expect(fix(text, "scenario-column")).toContain("known: [promotion, price]");
  });

  test("bounds and quantiles", () => {
    const bounds = `${data}forecast: {horizon: 7, minimum: 9, maximum: 1}\n`;
    expect(fix(bounds, "bounds-order")).toContain("minimum: 1, maximum: 9");
    const levels = `${data}forecast:\n  horizon: 7\n  quantiles: [0.9, 0.1, 0.5]\n`;
    expect(fix(levels, "quantile-order")).toContain("quantiles: [0.1, 0.5, 0.9]\n");
  });

  test("tabs and a key that stands twice", () => {
    expect(fix("data:\n\tsource: a.csv\n", "yaml-tab-as-indent")).toBe("data:\n  source: a.csv\n");
    expect(fix("data:\n  time: a\n  time: b\n", "yaml-duplicate-key", "Remove this line")).toBe("data:\n  time: a\n");
  });
});

test("what a preferred fix writes is valid", () => {
  const text = `data:\n  source: a.csv\n  time: date\n  series: [store]\n  target: unis\ncovariates:\n  known: [price]\nforecast:\n  horizon: 99\n`;
  let fixed = text;
  for (const code of ["unknown-column", "no-future-values", "horizon-too-long"]) fixed = fix(fixed, code);
  expect(parseExperiment(fixed, "a.forecast.yaml").problems).toEqual([]);
});
