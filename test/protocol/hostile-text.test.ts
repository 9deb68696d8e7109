import fc from "fast-check";
import { expect, test } from "vitest";
import { parseExperiment } from "../../protocol/experiment/parse.ts";

/** Pieces of YAML and of experiments; one of them many times over is what takes a careless reader exponential time. */
const pieces = [
  ..."?:-[]{},&*!|>'\"%@`#~ \t\n",
  ...["? ", "- ", ": ", "a: ", "<<: ", "&a ", "*a ", "!!map ", "!!set ", "---\n", "...\n", "\\x41", "? - ", "- ? "],
  ...[
    "data: ",
    "source: ",
    "scenarios: ",
    "- name: x\n",
    "series: {store: 00123}\n",
    "models: ",
    "2024-01-01",
    "1e999",
  ],
];
const text = fc.tuple(
  fc.array(fc.constantFrom(...pieces), { maxLength: 4 }),
  fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 4 }),
  fc.integer({ min: 1, max: 2_000 }),
  fc.array(fc.constantFrom(...pieces), { maxLength: 4 }),
);

test("any text is an experiment, or has problems with a place", () => {
  fc.assert(
    fc.property(text, ([head, pumped, times, tail]) => {
      const written = head.join("") + pumped.join("").repeat(times) + tail.join("");
      const { experiment, problems } = parseExperiment(written, "x.forecast.yaml");
      expect(experiment !== undefined || problems.length > 0).toBe(true);
      for (const { range } of problems) expect(range?.start.line).toBeGreaterThanOrEqual(1);
    }),
    { numRuns: 400 },
  );
});

test("keys that are mappings without end are refused at once", () => {
  const { problems } = parseExperiment("? ".repeat(20_000), "x.forecast.yaml");
  expect(problems[0]?.code).toMatch(/^yaml-/);
});

test("a key that stands twice is found at its second place, in a mapping inside a list too", () => {
  const { problems } = parseExperiment("models:\n  - linear: {a: 1, b: 2, a: 3}\n", "x.forecast.yaml");
  expect(problems).toMatchObject([{ code: "yaml-duplicate-key", range: { start: { line: 2, column: 26 } } }]);
});

test("of 8,000 different keys only the first hundred are worded", () => {
  const keys = Array.from({ length: 8_000 }, (_, index) => `k${index}:\n`).join("");
  expect(parseExperiment(keys, "x.forecast.yaml").problems.length).toBeLessThanOrEqual(110);
});
