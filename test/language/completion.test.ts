import { describe, expect, test } from "vitest";
import { complete } from "../../extension/language/service/completion.ts";
import { applyEdits, atCursor, facts } from "./fixture.ts";

const suggest = (marked: string) => {
  const { document, offset } = atCursor(marked);
  return { document, items: complete(document, offset, facts) };
};
const labels = (marked: string) => suggest(marked).items.map(({ label }) => label);
/** The text after choosing `label`. */
const choose = (marked: string, label: string) => {
  const { document, items } = suggest(marked);
  const item = items.find((candidate) => candidate.label === label);
  if (item?.textEdit === undefined || !("range" in item.textEdit)) throw new Error(`no ${label}`);
  return applyEdits(document, [item.textEdit]);
};

describe("keys", () => {
  test("an empty file offers the sections, required ones first", () => {
    expect(labels("|").slice(0, 2)).toEqual(["data", "forecast"]);
    expect(labels("|")).toContain("scenarios");
  });

  test("a section offers its own keys but not those that stand there already", () => {
    const found = labels("data:\n  source: a.csv\n  |\n  target: units\n");
    expect(found).toContain("time");
    expect(found).not.toContain("source");
    expect(found).not.toContain("target");
    expect(found).not.toContain("horizon");
  });

  test("a half-written key is replaced, also above more keys", () => {
    expect(choose("data:\n  tar|\n  time: date\n", "target")).toBe("data:\n  target: \n  time: date\n");
  });

  test("before a colon only the key is replaced", () => {
    expect(choose("forecast:\n  hor|: 3\n", "horizon")).toBe("forecast:\n  horizon: 3\n");
  });

  test("an empty section, and one at the end of the file", () => {
    expect(labels("covariates:\n  |")).toEqual(["known", "observed", "static", "monotone", "calendar"]);
    expect(labels("data:\n  source: x.csv\nforecast:\n  horizon: 3\n  |\n")).toContain("quantiles");
  });

  test("inside braces", () => {
    expect(labels("covariates:\n  calendar: {country: DE, |}\n")).toEqual(["region"]);
    expect(labels("data:\n  missing: {|}\n")).toEqual(["target", "covariates"]);
  });

  test("hyperparameters of a model, and models as keys", () => {
    expect(labels("search:\n  models:\n    auto-ets:\n      |\n")).toEqual(["damped", "season"]);
    expect(labels("search:\n  models:\n    auto-ets: {}\n    |\n")).toEqual(["seasonal-naive"]);
  });

  test("a scenario sets known covariates", () => {
    const text = "covariates: {known: [price, promotion]}\nscenarios:\n  - name: a\n    set: {price: 1, |}\n";
    expect(labels(text)).toEqual(["promotion"]);
  });

  test("every key comes with its docs", () => {
    const { items } = suggest("forecast:\n  |");
    expect(items.filter(({ documentation }) => documentation === undefined).map(({ label }) => label)).toEqual([]);
  });

  test("nothing in a comment", () => {
    expect(labels("data:\n  # ta|\n")).toEqual([]);
  });
});

describe("values", () => {
  test("columns with type and share of missing; fitting types first, used ones last", () => {
    const { items } = suggest("data:\n  time: date\n  target: |\n");
    expect(items[0]).toMatchObject({ label: "units", labelDetails: { description: "number · 7 % missing" } });
    expect(items.at(-1)!.label).toBe("date");
  });

  test("columns in a list leave out those already in it", () => {
    expect(labels("covariates:\n  known: [price, |]\n")).not.toContain("price");
    expect(labels("covariates:\n  known: [price, |]\n")[0]).toBe("units");
    expect(labels("covariates:\n  observed:\n    - footfall\n    - |\n")).not.toContain("footfall");
  });

  test("an unclosed list and several lines", () => {
    expect(labels("covariates:\n  known: [price, pro|\n")).toContain("promotion");
    expect(labels("covariates:\n  known: [\n    price,\n    |\n  ]\n")).toContain("promotion");
  });

  test("a column whose name YAML would misread is quoted", () => {
    expect(choose("data:\n  target: |\n", "net units")).toBe("data:\n  target: net units\n");
  });

  test("metrics with what they measure, devices, booleans", () => {
    const { items } = suggest("evaluation:\n  metric: ma|\n");
    expect(items.map(({ label }) => label)).toContain("mase");
    expect(items.find(({ label }) => label === "mase")!.documentation).toContain("seasonal naive");
    expect(labels("train:\n  device: |\n")).toEqual(["auto", "cpu", "webgpu", "cuda"]);
    expect(labels("search:\n  ensemble: |\n")).toEqual(["true", "false"]);
  });

  test("frequencies, the inferred one first", () => {
    expect(labels("data:\n  frequency: |\n")[0]).toBe("day");
    expect(labels("data:\n  frequency: |\n")).toContain("15 minutes");
  });

  test("models with their one-line docs", () => {
    const { items } = suggest("search:\n  models: [seasonal-naive, |]\n");
    expect(items.map(({ label, detail }) => [label, detail])).toEqual([
      ["auto-ets", "Exponential smoothing with automatic components."],
    ]);
    expect(labels("search:\n  models: |\n")).toEqual(["auto", "auto-ets", "seasonal-naive"]);
    expect(choose("search:\n  models: |\n", "auto-ets")).toBe("search:\n  models: [auto-ets]\n");
  });

  test("countries and their regions; Norway is quoted, since YAML reads NO as false", () => {
    expect(labels("covariates:\n  calendar: {country: |}\n")).toContain("DE");
    expect(choose("covariates:\n  calendar:\n    country: |\n", "NO")).toContain('country: "NO"');
    expect(labels("covariates:\n  calendar: {country: DE, region: |}\n")).toContain("BY");
  });

  test("data files and remotes", () => {
    expect(labels("data:\n  source: |\n")).toEqual(["data/sales.csv", "data/prices.parquet"]);
    expect(labels("train:\n  on: |\n")).toEqual(["local", "gpu-box"]);
  });
});
