import { describe, expect, test } from "vitest";
import { diagnose } from "../../extension/language/service/diagnostics.ts";
import { quickFixes } from "../../extension/language/service/fixes/quick-fixes.ts";
import { aggregations } from "../../protocol/aggregates.ts";
import { parseExperiment } from "../../protocol/experiment/parse.ts";
import { applyEdits, facts, open } from "./fixture.ts";

const uri = "file:///retail.forecast.yaml";

/** What the light bulb offers for the problem with this code. */
function offers(text: string, code: string, given = facts): string[] {
  const document = open(text);
  const problems = diagnose(document, given).filter((problem) => problem.code === code);
  return quickFixes(document, uri, problems, given).map(({ title }) => title);
}

/** The text after the fix named `title` (or the preferred one) of the problem with this code. */
function fix(text: string, code: string, title?: string, given = facts): string {
  const document = open(text);
  const problems = diagnose(document, given).filter((problem) => problem.code === code);
  const actions = quickFixes(document, uri, problems, given);
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

describe("values of the wrong form", () => {
  test("a single name becomes a list, a number loses its quotes, a lone value finds its key", () => {
    expect(fix(`${data}${rest}covariates: {known: promotion}\n`, "wrong-type")).toContain("known: [promotion]");
    expect(fix(`${data}forecast: {horizon: "7"}\n`, "wrong-value")).toContain("horizon: 7}");
    expect(fix(`${data}forecast: 7\n`, "wrong-type")).toContain("forecast: {horizon: 7}");
    expect(fix(`${data}${rest}covariates: {calendar: DE}\n`, "wrong-type")).toContain("calendar: {country: DE}");
    expect(fix(`${data}${rest}search: {models: auto-ets}\n`, "wrong-value")).toContain("models: [auto-ets]");
  });

  test("an empty value is filled from the data, and quantiles in per cent become shares", () => {
    expect(fix("data:\n  source: a.csv\n  time: date\n  target:\nforecast: {horizon: 7}\n", "wrong-type")).toContain(
      "target: units\n",
    );
    expect(fix(`${data}forecast: {horizon: 7, quantiles: [10, 50, 90]}\n`, "wrong-value")).toContain(
      "quantiles: [0.1, 0.5, 0.9]",
    );
  });

  test("the words that a key takes are offered", () => {
    const text = `${data}${rest}train: {device: phone}\n`;
    expect(offers(text, "wrong-value")).toEqual(["auto", "cpu", "webgpu", "cuda"].map((word) => `Replace by ${word}`));
    expect(offers(`${data}${rest}search: {models: {auto-ets: {season: multi}}}\n`, "wrong-setting")).toEqual([
      "Replace by additive",
      "Replace by multiplicative",
    ]);
  });
});

describe("misplaced and missing", () => {
  test("a key of another section goes there", () => {
    expect(fix(`${data}horizon: 7\nevaluation: {windows: 2}\n`, "unknown-key")).toBe(
      `${data}evaluation: {windows: 2}\nforecast:\n  horizon: 7\n`,
    );
    expect(fix(`${data}forecast: {horizon: 7, metric: mae}\nevaluation: {windows: 2}\n`, "unknown-key")).toBe(
      `${data}forecast: {horizon: 7}\nevaluation: {windows: 2, metric: mae}\n`,
    );
  });

  test("an empty file gets what every experiment needs, below its comments", () => {
    const written = fix("# Sales of next month", "empty-file");
    expect(written).toMatch(/^# Sales of next month\ndata:\n {2}source: data\/sales\.csv\n/);
    expect(parseExperiment(written, "a.forecast.yaml").problems).toEqual([]);
  });
});

describe("what the data say", () => {
  const trouble = (code: string, more: object = {}): typeof facts => {
    const { panel: _, ...columns } = facts.data!;
    return { ...facts, data: { ...columns, trouble: { message: "It cannot be read.", code, ...more } } };
  };

  test("a file that does not exist is replaced by one that does, in a list too", () => {
    const given = trouble("missing-file", { file: "data/sale.csv" });
    expect(fix(data.replace("a.csv", "data/sale.csv"), "data-missing-file", undefined, given)).toContain(
      "source: data/sales.csv",
    );
    const list = data.replace("a.csv", "[data/prices.parquet, data/sale.csv]");
    expect(fix(list, "data-missing-file", undefined, given)).toContain("[data/prices.parquet, data/sales.csv]");
  });

  test("several rows a step become several series, or are taken together", () => {
    const single = "data: {source: a.csv, time: date, target: units}\nforecast: {horizon: 7}\n";
    const given = trouble("duplicate-rows", { column: "date" });
    expect(fix(single, "data-duplicate-rows", undefined, given)).toContain("series: [store, region]");
    expect(fix(data, "data-duplicate-rows", "Take the sum of the rows of a step", given)).toContain("aggregate: sum");
    expect(offers(data, "data-duplicate-rows", given)).toEqual(
      aggregations.map((way) => `Take the ${way} of the rows of a step`),
    );
  });

  test("irregular times are made regular", () => {
    const text = data.replace("{", "\n  ").replace("}", "").replaceAll(", ", "\n  ").replace("[store]", "[store]");
    const fixed = fix(text, "data-irregular-times", "Take the mean of every week", trouble("irregular-times"));
    expect(fixed).toContain("frequency: week\n  aggregate: mean\n");
  });

  test("a target that holds no numbers, a time that holds no times", () => {
    expect(offers(data.replace("units", "region"), "target-not-numeric")[0]).toBe("Replace by units");
    expect(
      fix(
        data.replace("date", "store"),
        "data-unknown-time-format",
        undefined,
        trouble("unknown-time-format", { column: "store" }),
      ),
    ).toContain("time: date");
  });

  test("windows so few that a season is covered, a horizon that known values reach", () => {
    expect(fix(`${data}forecast: {horizon: 7}\nevaluation: {windows: 4}\n`, "season-not-covered")).toContain(
      "windows: 3",
    );
    const text = `${data}covariates: {known: [promotion]}\nforecast: {horizon: 30}\nevaluation: {windows: 1}\n`;
    expect(fix(text, "no-future-values", "Set horizon to 28")).toContain("horizon: 28");
  });

  test("a static covariate that varies may be a known one", () => {
    const text = `${data}covariates: {static: [price]}\n${rest}`;
    expect(fix(text, "static-varies", "Move price to known")).toContain("covariates: {known: [price]}");
  });
});

test("what a preferred fix writes is valid", () => {
  const text = `data:\n  source: a.csv\n  time: date\n  series: [store]\n  target: unis\ncovariates:\n  known: [price]\nforecast:\n  horizon: 99\n`;
  let fixed = text;
  for (const code of ["unknown-column", "no-future-values", "horizon-too-long"]) fixed = fix(fixed, code);
  expect(parseExperiment(fixed, "a.forecast.yaml").problems).toEqual([]);
});
