import { describe, expect, test } from "vitest";
import { diagnose } from "../../extension/language/service/diagnostics.ts";
import { type Facts, noFacts } from "../../extension/language/service/facts.ts";
import { expectations, facts, open, retail } from "./fixture.ts";

/** Checks that the file has exactly the problems its `^^^` comments name. */
function check(text: string, given: Facts = facts): void {
  const found = diagnose(open(text), given).map(
    ({ range, code }) => `${range.start.line}:${range.start.character}-${range.end.character} ${code}`,
  );
  expect(found).toEqual(expectations(text));
}

const good = `
data:
  source: data/sales.csv
  time: date
  series: [store]
  target: units
covariates:
  known: [promotion]
  observed: [footfall, price]
  static: [region]
forecast:
  horizon: 7
evaluation:
  windows: 2
`;

describe("text", () => {
  test("a good file has no problems, with and without data", () => {
    check(good);
    check(good, noFacts);
  });

  test("unknown key and wrong value", () => {
    check(`
data:
  source: data/sales.csv
  time: date
  traget: units
# ^^^^^^ unknown-key
forecast:
  horizon: soon
#          ^^^^ wrong-value
`);
  });

  test("the target as a covariate too", () => {
    check(`
data: {source: a.csv, time: date, series: [store], target: units}
covariates:
  observed: [footfall, units]
#                      ^^^^^ column-used-twice
forecast: {horizon: 7}
evaluation: {windows: 2}
`);
  });
});

describe("data", () => {
  test("unknown columns are found even while the file is incomplete", () => {
    const text = `
data:
  source: data/sales.csv
  time: dat
#       ^^^ unknown-column
  target: unis
#         ^^^^ unknown-column
`;
    const found = diagnose(open(text), facts).filter(({ code }) => code === "unknown-column");
    expect(found.map(({ message }) => message)).toEqual([
      "The data have no column `dat`. Did you mean `date`?",
      "The data have no column `unis`. Did you mean `units`?",
    ]);
  });

  test("a known covariate without future values, and one that reveals the target", () => {
    check(`
data: {source: a.csv, time: date, series: [store], target: units}
covariates:
  known: [price, promotion, net units]
#         ^^^^^ no-future-values
#                           ^^^^^^^^^ leakage-suspicion
forecast: {horizon: 7}
evaluation: {windows: 2}
`);
  });

  test("future values that end before the window does", () => {
    check(`
data: {source: a.csv, time: date, series: [store], target: units}
covariates:
  known: [promotion]
#         ^^^^^^^^^ no-future-values
forecast:
  horizon: 30
evaluation: {windows: 1}
#                     ^ season-not-covered
`);
  });

  test("a static covariate that varies", () => {
    check(`
data: {source: a.csv, time: date, series: [store], target: units}
covariates:
  static: [region, footfall]
#                  ^^^^^^^^ static-varies
forecast: {horizon: 7}
evaluation: {windows: 2}
`);
  });

  test("a horizon that no series is long enough for", () => {
    check(`
data: {source: a.csv, time: date, series: [store], target: units}
forecast:
  horizon: 8 weeks
#          ^^^^^^^ horizon-too-long
`);
  });

  test("more windows than fit, and a season that is not covered", () => {
    check(`
data: {source: a.csv, time: date, series: [store], target: units}
forecast: {horizon: 7}
evaluation:
  windows: 9
#          ^ windows-too-many
`);
    check(`
data: {source: a.csv, time: date, series: [store], target: units}
forecast: {horizon: 7}
evaluation:
  windows: 4
#          ^ season-not-covered
`);
  });

  test("a target that is text, models and settings that do not exist", () => {
    check(`
data: {source: a.csv, time: date, series: [store], target: region}
#                                                          ^^^^^^ target-not-numeric
forecast: {horizon: 7}
evaluation: {windows: 2}
search:
  models:
    auto-est: {}
#   ^^^^^^^^ unknown-model
    auto-ets: {dampd: true, season: 7}
#              ^^^^^ unknown-setting
#                                   ^ wrong-setting
`);
  });

  test("data that cannot be read, at the line that names them", () => {
    const trouble = { message: "The file data/sales.csv does not exist.", fix: "Correct the path." };
    check(
      `
data:
  source: data/sales.csv
#         ^^^^^^^^^^^^^^ data-trouble
  time: date
  target: units
forecast: {horizon: 7}
`,
      { ...facts, data: { rows: 0, columns: [], trouble } },
    );
  });

  test("trouble that an unknown column explains is not told twice", () => {
    const { panel: _, ...columns } = retail;
    const data = { ...columns, trouble: { message: "There is no column unis.", column: "unis" } };
    const text = good.replace("target: units", "target: unis");
    expect(diagnose(open(text), { ...facts, data }).map(({ code }) => code)).toEqual(["unknown-column"]);
  });
});
