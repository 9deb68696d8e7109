import { describe, expect, test } from "vitest";
import { parseExperiment } from "../../protocol/experiment/parse.ts";
import { runFlags, runOptionsSchema, withOverrides } from "../../protocol/run-overrides.ts";

const { experiment } = parseExperiment(
  "data: {source: a.csv, time: date, target: y}\nforecast: {horizon: 4}\nsearch: {ensemble: false}\n",
  "a.forecast.yaml",
);

const parse = (flag: string, text: string): unknown =>
  runFlags()
    .find(({ flags }) => flags.startsWith(`--${flag} `))!
    .parse(text);

describe("settings of a run", () => {
  test("stand in place of the experiment's, and leave every other setting as it is", () => {
    const options = { device: "cpu", models: ["naive"], budget: "60s", seed: 3, workers: 2, on: "local" } as const;
    expect(withOverrides(experiment!, runOptionsSchema.parse(options))).toEqual({
      ...experiment,
      search: { ...experiment!.search, models: ["naive"], budget: "60s", seed: 3 },
      train: { ...experiment!.train, device: "cpu" },
    });
    expect(withOverrides(experiment!, {})).toEqual(experiment);
    expect(withOverrides(experiment!, { seed: 0 }).search.seed).toBe(0);
  });

  test("are read from the text after a flag", () => {
    expect(parse("models", "naive, auto-ets")).toEqual(["naive", "auto-ets"]);
    expect(parse("budget", "60")).toBe("60s");
    expect(parse("budget", "5 minutes")).toBe("5 minutes");
    expect(parse("seed", "7")).toBe(7);
  });

  test.for([
    ["device", "phone", "expected one of auto, cpu, webgpu, cuda"],
    ["models", ",", "expected names of models"],
    ["budget", "soon", "expected a duration"],
    ["seed", "1.5", "expected a whole number"],
    ["seed", "", "expected a whole number"],
    ["workers", "0", "expected 1 or more"],
  ] as const)("--%s %j is refused", ([flag, text, message]) => {
    expect(() => parse(flag, text)).toThrow(message);
  });
});
