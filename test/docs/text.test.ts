import { expect, test } from "vitest";
import { parseExperiment } from "../../protocol/experiment/parse.ts";
import { pages } from "./pages.ts";

const everyPage = pages();
const experiments = everyPage.flatMap(({ path, blocks }) =>
  blocks
    .filter(({ language, text }) => language === "yaml" && /^data:/m.test(text) && /^forecast:/m.test(text))
    .map(({ text, line }) => ({ place: `${path}:${line}`, text })),
);

test("pages show complete experiments", () => {
  expect(experiments.length).toBeGreaterThan(2);
});

test.each(experiments)("the experiment at $place is valid", ({ text }) => {
  expect(parseExperiment(text, "page.forecast.yaml").problems).toEqual([]);
});

test("lines have at most 120 columns, tables aside", () => {
  const long = everyPage.flatMap(({ path, lines }) =>
    lines.flatMap((text, index) => ([...text].length > 120 && !text.startsWith("|") ? [`${path}:${index + 1}`] : [])),
  );
  expect(long).toEqual([]);
});
