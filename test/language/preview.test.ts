import { describe, expect, test } from "vitest";
import type { Answer, Facts } from "../../extension/language/service/facts.ts";
import { previews } from "../../extension/language/service/preview.ts";
import { facts, open } from "./fixture.ts";

const text = `
data:
  target: units
covariates:
  known: [price, promotion]
  observed:
    - footfall
forecast:
  horizon: 3
evaluation:
  metric: mase
`;

const answer: Answer = {
  series: ["north"],
  count: 4,
  model: "auto-ets",
  history: [1, 2, 3, 4, null, 6, 7, 8],
  mean: [9, 10, 11],
  low: [8, 9, 10],
  high: [10, 11, 12.345],
  level: 0.8,
  metric: "mase",
  score: 0.82,
  naive: 1,
  factors: [
    { name: "price", share: 0.3, direction: -1 },
    { name: "promotion", share: 0.2, direction: 1 },
    { name: "footfall", share: 0.004, direction: null },
  ],
};
const run: NonNullable<Facts["run"]> = { run: "r", state: "finished", stale: false, leaderboard: [], answer };
const shown = (given: Facts) =>
  previews(open(text), given).map(({ line, text: words, dim }) => `${line}${dim ? "~" : " "}${words}`);

describe("previews", () => {
  test("stand at the lines that asked for them", () => {
    expect(shown({ ...facts, run })).toEqual([
      "1 next 9 (8 – 10)  ▁▂▂▃ ▅▅▆┊▇▇█",
      "7 2025-04-01 … 2025-04-03",
      "9 0.82 by auto-ets · 18 % better than seasonal naive",
      "3 price ↓ 30 % · promotion ↑ 20 %",
      "5 ↕ < 1 %",
    ]);
  });

  test("name the three largest of many factors", () => {
    const factors = ["a", "b", "c", "d", "e"].map((name, index) => ({ name, share: index / 10, direction: 1 }));
    const many = open("covariates:\n  known: [a, b, c, d, e]\n");
    const found = previews(many, { ...facts, run: { ...run, answer: { ...answer, factors } } });
    expect(found.map((preview) => preview.text)).toEqual(["e ↑ 40 % · d ↑ 30 % · c ↑ 20 % · +2"]);
    expect(found[0]!.hover).toContain("**a**: 0 %");
    const one = previews(open("covariates:\n  known: [x, price]\n"), { ...facts, run });
    expect(one.map((preview) => preview.text)).toEqual(["price ↓ 30 %"]);
  });

  test("are dimmed where the text or the data changed since", () => {
    expect(shown({ ...facts, run: { ...run, stale: true } }).every((line) => line.includes("~"))).toBe(true);
  });

  test("before any run the dates alone, and a quick estimate where there is one", () => {
    expect(shown(facts)).toEqual(["7~2025-04-01 … 2025-04-03"]);
    const { count: _, factors: __, metric: ___, score: ____, naive: _____, ...instant } = answer;
    const panel = {
      ...facts.data!.panel!,
      instant: {
        ...instant,
        history: [...instant.history],
        mean: [...instant.mean],
        low: [...instant.low],
        high: [...instant.high],
        series: [...instant.series],
      },
    };
    const found = previews(open(text), { ...facts, data: { ...facts.data!, panel } });
    expect(found[0]!.hover).toContain("Quick estimate by auto-ets, before any run");
    expect(found[0]!.dim).toBe(true);
  });

  test("the hover holds a chart of history, forecast and interval", () => {
    const { hover } = previews(open(text), { ...facts, run })[0]!;
    const svg = atob(/base64,([^)]*)/.exec(hover)![1]!);
    expect(hover).toContain("north (1 of 4 series), 80 % interval");
    expect(svg).toContain("fill-opacity");
  });

  test("nothing where nothing is known", () => {
    expect(shown({ models: [], files: [], remotes: [] })).toEqual([]);
  });
});
