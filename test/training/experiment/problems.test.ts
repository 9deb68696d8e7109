import path from "node:path";
import { expect, test } from "vitest";
import { loadData } from "../../../daemon/training/experiment/load-data.ts";
import { readExperiment } from "../../../daemon/training/experiment/read-experiment.ts";
import { scenarioProblems } from "../../../daemon/training/experiment/scenario-problems.ts";
import { ExperimentError, type Problem } from "../../../protocol/errors.ts";
import { inFolder } from "../data/sandbox.ts";

const rows = Array.from({ length: 40 }, (_, day) => {
  const date = new Date(Date.UTC(2024, 0, 1 + day)).toISOString().slice(0, 10);
  const y = day < 33 ? String(day) : "";
  return [`${date},00123,${y},${10 + (day % 3)},dry`, `${date},00007,${y},${10 + (day % 3)},wet`];
});
const data = `date,store,y,price,weather\n${rows.flat().join("\n")}\n`;

const head = `data: {source: d.csv, time: date, target: y, series: store}
forecast: {horizon: 7}
covariates: {known: [price, weather]}
`;

/** Problems of an experiment's scenarios and its own text, with the line they stand at. */
async function problemsOf(
  text: string,
): Promise<{ line: number | undefined; message: string; fix: string | undefined }[]> {
  const found = await inFolder(
    { "d.csv": data, "a.forecast.yaml": text },
    async (directory): Promise<readonly Problem[]> => {
      try {
        const file = await readExperiment(path.join(directory, "a.forecast.yaml"));
        const { panel } = await loadData(file, {});
        return scenarioProblems(file, panel);
      } catch (error) {
        if (error instanceof ExperimentError) return error.problems;
        throw error;
      }
    },
  );
  return found.map(({ range, message, fix }) => ({ line: range?.start.line, message, fix }));
}

const scenario = (rest: string) => `${head}scenarios:\n  - {name: a, ${rest}}\n`;

test.for([
  ["a key without quotes is the text it is", 'set: {price: "* 0.9"}, series: {store: 00123}'],
  ["a quoted key", 'set: {price: 9}, series: {store: "00007"}'],
  ["dates that lie in the window", "set: {price: 9}, from: 2024-02-05, to: 2024-02-07"],
  ["a text the covariate had", "set: {weather: wet}"],
] as const)("%s: no problem", async ([, rest]) => {
  expect(await problemsOf(scenario(rest))).toEqual([]);
});

test.for([
  ["set: {price: 9}, series: {store: 123}", "no series has store 123.", "Did you mean 00123?"],
  ["set: {price: 9}, series: {shop: 1}", "`shop` is not a key column of the data.", "Key columns: store."],
  [
    "set: {price: 9}, from: 2025-02-05",
    "2025-02-05 lies outside the forecast window.",
    "The window is 2024-02-03 to 2024-02-09.",
  ],
  ["set: {price: 9}, to: soon", '"soon" is no date.', "Write it as 2024-12-31."],
  ["set: {weather: snow}", 'weather never had the value "snow".', "Its values: dry, wet."],
  ['set: {weather: "* 2"}', "weather is text and cannot be changed by `* 2`.", "Its values: dry, wet."],
  ["set: {price: cheap}", 'price is a number, "cheap" is none.', "Give a number."],
] as const)("%s is told at its line", async ([rest, message, fix]) => {
  expect(await problemsOf(scenario(rest))).toEqual([{ line: 5, message: `Scenario “a”: ${message}`, fix }]);
});

test.for([
  ["{country: UK}", "UK is no country of the holiday calendar.", "Did you mean GB?"],
  ["{country: DE, region: Bayern}", "Bayern is no region of DE in the holiday calendar.", "Did you mean BY?"],
  ["{country: DE, region: Bavaria}", "Bavaria is no region of DE in the holiday calendar.", /^Known: BB, BE/],
] as const)("calendar %s is told at its line", async ([calendar, message, fix]) => {
  const text = head.replace("weather]", `weather], calendar: ${calendar}`);
  expect(await problemsOf(text)).toEqual([
    { line: 3, message, fix: typeof fix === "string" ? fix : expect.stringMatching(fix) },
  ]);
});

test("calendars that the library knows", async () => {
  expect(await problemsOf(head.replace("weather]", "weather], calendar: {country: de, region: BY}"))).toEqual([]);
});

test.for([
  ["format: {decimal: ;}", /`data.format.decimal` is ";"/],
  ["format: {date: DD-MM}", /expected a pattern such as DD\.MM\.YYYY/],
  ["format: {encoding: latin9000}", /expected an encoding such as/],
  ["format: {header: -1}", /expected 0 or more/],
  ["timezone: Berlin", /expected a time zone such as Europe\/Berlin/],
  ["calendar: {fiscal: aprile}", /`data.calendar.fiscal` is "aprile"/],
] as const)("data.%s is refused at its line", async ([key, message]) => {
  const text = `data:\n  source: d.csv\n  time: date\n  target: y\n  series: store\n  ${key}\nforecast: {horizon: 7}\n`;
  const [problem] = await problemsOf(text);
  expect(problem).toMatchObject({ line: 6, message: expect.stringMatching(message) });
});
