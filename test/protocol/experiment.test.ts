import { describe, expect, test } from "vitest";
import { aggregates } from "../../protocol/aggregates.ts";
import { parseExperiment } from "../../protocol/experiment/parse.ts";

const minimal = "data: {source: a.csv, time: date, target: y}\nforecast: {horizon: 4}\n";

/** Problems as `line:column code message fix`. */
function problems(text: string): string[] {
  return parseExperiment(text, "a.forecast.yaml").problems.map(({ range, code, message, fix }) =>
    `${range?.start.line}:${range?.start.column} ${code} ${message} ${fix ?? ""}`.trim(),
  );
}

describe("a usable file", () => {
  test("gets every default", () => {
    const { experiment } = parseExperiment(minimal, "a.forecast.yaml");
    expect(experiment).toMatchObject({
      data: { series: [], aggregate: "error", missing: { target: "interpolate", covariates: "forward" } },
      covariates: { known: [], observed: [], static: [] },
      forecast: { horizon: 4, gap: 0, quantiles: [0.1, 0.5, 0.9], integer: false },
      evaluation: {},
      search: { models: "auto", budget: "5 minutes", ensemble: true, seed: 7 },
      train: { device: "auto", on: "local" },
      explain: true,
      scenarios: [],
    });
    // The number of origins is the search's to choose where the file leaves it open.
    expect(experiment?.evaluation.windows).toBeUndefined();
  });

  test("may use every key of the contract", () => {
    const text = `
experiment: store-demand
data:
  source: [data/a.csv, "data/b*.parquet"]
  query: SELECT * FROM source
  time: date
  series: [store, product]
  target: units
  frequency: 15 minutes
  aggregate: sum
  missing: {target: zero, covariates: keep}
  future: plan.csv
covariates:
  known: [price]
  observed: [footfall]
  static: [region]
  calendar: {country: DE, region: BY}
forecast: {horizon: 4 weeks, gap: 1, quantiles: [0.05, 0.5], minimum: 0, maximum: 9, integer: true}
evaluation: {metric: wql, windows: 2, step: 7}
search: {models: {auto-ets: {}, naive: }, budget: 90s, trials: 40, ensemble: false, seed: 1}
train: {device: webgpu, on: gpu-box}
explain: {method: shap, samples: 64}
scenarios: [{name: cheap, set: {price: "* 0.9"}}]
`;
    expect(problems(text)).toEqual([]);
  });
});

/** Every way to get a file wrong that we could think of, and the sentence a person reads. */
const wrong: readonly (readonly [name: string, text: string, ...expected: string[]])[] = [
  [
    "empty",
    "",
    "1:1 empty-file The file is empty. Give at least data.source, data.time, data.target and forecast.horizon.",
  ],
  [
    "only a comment",
    "# soon\n",
    "1:1 empty-file The file is empty. Give at least data.source, data.time, data.target and forecast.horizon.",
  ],
  ["a list", "- a\n", "1:1 wrong-type the document is a list: expected a mapping (key: value). Change the document."],
  ["a word", "hello", '1:1 wrong-type the document is "hello": expected a mapping (key: value). Change the document.'],
  [
    "a tab",
    "data:\n\tsource: a.csv",
    "2:1 yaml-tab-as-indent A tab indents this line; YAML allows spaces only. Replace the tab by two spaces.",
  ],
  [
    "a key twice",
    `${minimal}data: {}`,
    "3:1 yaml-duplicate-key This key stands twice in the same mapping. Remove one of the two.",
  ],
  [
    "two documents",
    `${minimal}---\n${minimal}`,
    "3:1 yaml-multiple-docs The file holds several YAML documents. Keep one experiment a file: remove the `---` between them.",
  ],
  [
    "binary",
    "PK\u0003\u0004",
    "1:3 not-text The file holds binary data, not YAML text. Give an experiment file saved as UTF-8 text.",
  ],
  [
    "too large",
    `# ${"x".repeat(1_000_001)}`,
    "1:1 file-too-large The file has 1,000,003 characters; an experiment file has at most 64,000. Is this the data file? Give the experiment file, and name the data under data.source.",
  ],
  [
    "data file",
    `date,y\n${"2024-01-01,1\n".repeat(9)}`,
    `1:1 wrong-type the document is "date,y 2024-01-01,1 2024-01-01,1 2024-01-01,1 2024-01-01…": expected a mapping (key: value). Change the document.`,
  ],
  [
    "misspelt section",
    minimal.replace("forecast", "forcast"),
    "2:1 unknown-key `forcast` is not a key of an experiment. Did you mean `forecast`?",
  ],
  [
    "misspelt key",
    minimal.replace("source", "sorce"),
    "1:8 unknown-key `sorce` is not a key of `data`. Did you mean `source`?",
  ],
  [
    "key at the wrong level",
    `${minimal}horizon: 4`,
    "3:1 unknown-key `horizon` is not a key of an experiment. `horizon` belongs under `forecast`.",
  ],
  [
    "key nobody knows",
    `${minimal}zzz: 4`,
    "3:1 unknown-key `zzz` is not a key of an experiment. Valid keys here: experiment, data, covariates, forecast, evaluation, search, train, explain, scenarios, watch.",
  ],
  [
    "missing target",
    minimal.replace(", target: y", ""),
    "1:1 missing-key `data.target` is missing. Add `target:` under `data`.",
  ],
  ["missing data", "forecast: {horizon: 4}", "1:1 missing-key `data` is missing. Add `data:`."],
  [
    "source is a number",
    minimal.replace("a.csv", "3"),
    "1:16 wrong-type `data.source` is 3: expected a path or a list of paths. Change `data.source`.",
  ],
  [
    "series is a mapping",
    minimal.replace("target: y", "target: y, series: {a: b}"),
    "1:54 wrong-type `data.series` is a mapping: expected a list of column names, such as [store, product]. Change `data.series`.",
  ],
  [
    "horizon zero",
    minimal.replace("4", "0"),
    "2:21 wrong-value `forecast.horizon` is 0: expected a number above zero. Change `forecast.horizon`.",
  ],
  [
    "horizon half",
    minimal.replace("4", "1.5"),
    '2:21 wrong-type `forecast.horizon` is 1.5: expected a number of steps, such as 28, or a span such as "4 weeks". Change `forecast.horizon`.',
  ],
  [
    "horizon in words",
    minimal.replace("4", "soon"),
    '2:21 wrong-value `forecast.horizon` is "soon": expected a number of steps, such as 28, or a span such as "4 weeks". Change `forecast.horizon`.',
  ],
  [
    "empty horizon",
    minimal.replace("{horizon: 4}", "\n  horizon:"),
    '3:11 wrong-type `forecast.horizon` is empty: expected a number of steps, such as 28, or a span such as "4 weeks". Change `forecast.horizon`.',
  ],
  [
    "quantile of one",
    minimal.replace("4}", "4, quantiles: [0.5, 1]}"),
    "2:41 wrong-value `forecast.quantiles.1` is 1: expected a level between 0 and 1. Change `forecast.quantiles.1`.",
  ],
  [
    "quantiles in disorder",
    minimal.replace("4}", "4, quantiles: [0.5, 0.1]}"),
    "2:41 quantile-order Quantile 0.1 does not come after 0.5. List each level once, in ascending order.",
  ],
  [
    "bounds swapped",
    minimal.replace("4}", "4, minimum: 5, maximum: 1}"),
    "2:45 bounds-order The maximum 1 is not above the minimum 5. Swap the two, or leave one out.",
  ],
  [
    "metric nobody knows",
    `${minimal}evaluation: {metric: mas}`,
    '3:22 wrong-value `evaluation.metric` is "mas": expected one of mae, rmse, mape, smape, wape, mase, rmsse, mdape, nrmse, wql, sql. Did you mean `mase`?',
  ],
  [
    "windows in words",
    `${minimal}evaluation: {windows: three}`,
    '3:23 wrong-type `evaluation.windows` is "three": expected a whole number. Change `evaluation.windows`.',
  ],
  [
    "budget without unit",
    `${minimal}search: {budget: 5}`,
    "3:18 wrong-type `search.budget` is 5: expected text. Change `search.budget`.",
  ],
  [
    "budget in words",
    `${minimal}search: {budget: soon}`,
    '3:18 wrong-value `search.budget` is "soon": expected a duration such as "5 minutes" or 90s. Change `search.budget`.',
  ],
  [
    "aggregate",
    minimal.replace("target: y", "target: y, aggregate: avg"),
    `1:57 wrong-value \`data.aggregate\` is "avg": expected one of ${aggregates.join(", ")}. Change \`data.aggregate\`.`,
  ],
  [
    "frequency",
    minimal.replace("target: y", "target: y, frequency: fortnight"),
    '1:57 wrong-value `data.frequency` is "fortnight": expected a step such as day, month or "15 minutes". Change `data.frequency`.',
  ],
  [
    "country",
    `${minimal}covariates: {calendar: {country: Germany}}`,
    '3:34 wrong-value `covariates.calendar.country` is "Germany": expected a two-letter country code such as DE. Change `covariates.calendar.country`.',
  ],
  [
    "explain option",
    `${minimal}explain: {methd: shap}`,
    "3:11 unknown-key `methd` is not a key of `explain`. Did you mean `method`?",
  ],
  [
    "target as covariate",
    `${minimal}covariates: {known: [y]}`,
    "3:22 column-used-twice `y` is the target and cannot be a known covariate too. Remove one of the two.",
  ],
  [
    "covariate twice",
    `${minimal}covariates: {known: [p], observed: [p]}`,
    "3:37 column-used-twice `p` is a known covariate and cannot be an observed covariate too. Remove one of the two.",
  ],
  [
    "scenario without column",
    `${minimal}scenarios: [{name: a, set: {price: 3}}]`,
    "3:29 scenario-column The scenario changes `price`, which is not a known covariate. Add it to covariates.known, or change another column.",
  ],
  [
    "alias bomb",
    `a: &a [x, x]\nb: &b [${"*a, ".repeat(9)}]\nc: &c [${"*b, ".repeat(9)}]\nd: [${"*c, ".repeat(9)}]`,
    "1:1 yaml-aliases The document's aliases cannot be followed: Excessive alias count indicates a resource exhaustion attack. Write the values out instead of repeating them by &anchor and *alias.",
  ],
  [
    "three at once",
    "data: {sorce: a.csv, time: 3}\nforecast: {horizon: x}",
    "1:1 missing-key `data.target` is missing. Add `target:` under `data`.",
    "1:8 unknown-key `sorce` is not a key of `data`. Did you mean `source`?",
    "1:28 wrong-type `data.time` is 3: expected the name of a column. Change `data.time`.",
    '2:21 wrong-value `forecast.horizon` is "x": expected a number of steps, such as 28, or a span such as "4 weeks". Change `forecast.horizon`.',
  ],
];

describe("an unusable file", () => {
  test.each(wrong)("%s", (_, text, ...expected) => {
    expect(problems(text)).toEqual(expected);
  });

  test("an open bracket is one clear message, not a crash", () => {
    const found = problems("data: {source: a.csv, time: [\n");
    expect(found.length).toBeGreaterThan(0);
    expect(found[0]).toMatch(/^\d+:\d+ yaml-/);
  });
});

test.each([
  ["[-999]", ["-999"]],
  ["-999", ["-999"]],
  ["null", ["null"]],
  ["[n/a, null, 0]", ["n/a", "null", "0"]],
])("data.format.null: %s stands for those texts", (written, texts) => {
  const text = `data: {source: a.csv, time: t, target: y, format: {null: ${written}}}\nforecast: {horizon: 2}\n`;
  expect(parseExperiment(text, "x.forecast.yaml").experiment?.data.format?.null).toEqual(texts);
});
