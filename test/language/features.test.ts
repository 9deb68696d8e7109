import { describe, expect, test } from "vitest";
import { hover } from "../../extension/language/service/hover.ts";
import { lenses } from "../../extension/language/service/lenses.ts";
import { links } from "../../extension/language/service/links.ts";
import { columnAt, references, renameColumn } from "../../extension/language/service/rename.ts";
import { symbols } from "../../extension/language/service/symbols.ts";
import { applyEdits, atCursor, facts, open } from "./fixture.ts";

const hoverText = (marked: string, given = facts) => {
  const { document, offset } = atCursor(marked);
  const found = hover(document, offset, given)?.contents;
  return typeof found === "object" && "value" in found ? found.value : undefined;
};

describe("hover", () => {
  test("a key has its docs, choices and default", () => {
    expect(hoverText("data:\n  aggr|egate: sum\n")).toMatch(
      /several rows[\s\S]*`error`, `sum`, `mean`, `last`[\s\S]*Default: `error`/,
    );
  });

  test("a column has type, missing share and its course", () => {
    const text = hoverText("data:\n  target: un|its\n");
    expect(text).toContain("**units** — number, 400 rows");
    expect(text).toContain("7 % missing");
    expect(text).toContain("data:image/svg+xml;base64,");
  });

  test("a covariate tells what it did to the last run's forecasts, with a picture of it", () => {
    const points = [1, 2, 3, 4].map((value) => [value, 5 - 2 * value] as const);
    const factor = { name: "price", share: 0.31, direction: -0.9, size: 2.4, points };
    const answer = {
      series: [],
      count: 1,
      model: "boosting",
      history: [],
      mean: [],
      low: [],
      high: [],
      level: 0.8,
      factors: [factor],
    };
    const run = { run: "r1", state: "finished" as const, stale: false, leaderboard: [], answer };
    const text = hoverText("covariates: {known: [pri|ce]}\n", { ...facts, run });
    expect(text).toContain("31 % of all contributions, 2.4 a forecast on average; more of it lowers the forecast");
    expect(text).toContain("![Contribution of price over its values](data:image/svg+xml;base64,");
    expect(text).toContain("over values from 1 to 4");
    expect(hoverText("covariates: {known: [pri|ce]}\n")).not.toContain("Last run");
  });

  test("the horizon names its dates", () => {
    expect(hoverText("forecast:\n  horizon: 2 we|eks\n")).toBe("14 steps of one day: **2025-04-01** to **2025-04-14**");
    expect(hoverText("forecast: {gap: 2, horizon: 1|4}\n")).toContain("**2025-04-03** to **2025-04-16**");
  });

  test("months keep to the end of the month; business days leave weekends out", () => {
    const by = (frequency: string, end: string) => ({
      ...facts,
      data: { ...facts.data!, panel: { ...facts.data!.panel!, frequency, end } },
    });
    expect(hoverText("forecast: {horizon: |3}\n", by("month", "2024-01-31"))).toContain(
      "**2024-02-29** to **2024-04-30**",
    );
    expect(hoverText("forecast: {horizon: |2}\n", by("business day", "2025-03-28"))).toContain(
      "**2025-03-31** to **2025-04-01**",
    );
    expect(hoverText("forecast: {horizon: |2}\n", by("30 minutes", "2025-03-28T23:30:00"))).toContain(
      "**2025-03-29 00:00** to **2025-03-29 00:30**",
    );
  });

  test("metric, model, country, source", () => {
    expect(hoverText("evaluation: {metric: ma|se}\n")).toContain("Hyndman & Koehler 2006");
    expect(hoverText("search: {models: [auto-|ets]}\n")).toMatch(/AutoETS[\s\S]*`damped` = true[\s\S]*Hyndman et al/);
    expect(hoverText("covariates: {calendar: {country: D|E}}\n")).toContain("Germany");
    expect(hoverText("data: {source: a.c|sv}\n")).toContain(
      "4 series of 40 to 90 steps, one a day, 2025-01-01 to 2025-03-31",
    );
  });

  test("nothing where nothing is known", () => {
    expect(hoverText("data:\n  target: nos|uch\n")).toBeUndefined();
  });
});

describe("code lenses", () => {
  const text = "experiment: a\nsearch:\n  models:\n    - auto-ets\n    - seasonal-naive\n";
  const titles = (run?: Parameters<typeof lenses>[2]["run"]) =>
    lenses(open(text), "file:///a", run === undefined ? facts : { ...facts, run }).map(
      ({ range, command }) => `${range.start.line} ${command!.title.replace("\u00a0", " ")}`,
    );

  test("before any run", () => {
    expect(titles()).toEqual(["0 $(play) Run", "3 $(play) Run auto-ets alone", "4 $(play) Run seasonal-naive alone"]);
  });

  test("while it runs", () => {
    expect(titles({ run: "r1", state: "running", progress: 0.4, stale: false, leaderboard: [] }).slice(0, 2)).toEqual([
      "0 $(debug-stop) Stop (40 %)",
      "0 $(pulse) Live",
    ]);
  });

  test("after it, with the scores of the models", () => {
    const found = titles({
      run: "r1",
      state: "finished",
      stale: true,
      leaderboard: [{ model: "seasonal-naive", score: 0.91 }],
    });
    expect(found.slice(0, 4).join()).toMatch(/Run again \(changed\).*Report.*Compare.*Deploy/);
    expect(found.at(-1)).toBe("4 $(play) Run seasonal-naive alone · rank 1 · 0.91");
  });
});

describe("names", () => {
  const text =
    "data: {time: date, target: units, series: [store]}\ncovariates:\n  known: [pri|ce]\nscenarios:\n  - {name: price, set: {price: '* 0.9'}}\n";

  test("rename changes every mention of the column and nothing else", () => {
    const { document, offset } = atCursor(text);
    expect(columnAt(document, offset)?.name).toBe("price");
    expect(applyEdits(document, renameColumn(document, offset, "unit price"))).toBe(
      text.replace("pri|ce", "unit price").replace("{price:", "{unit price:"),
    );
    expect(references(document, offset, "file:///a")).toHaveLength(2);
  });

  test("what is no column cannot be renamed", () => {
    const { document, offset } = atCursor("forecast: {hor|izon: 3}\n");
    expect(columnAt(document, offset)).toBeUndefined();
  });
});

test("the outline has sections, keys and values", () => {
  const outline = symbols(open("data:\n  time: date\n  series: [a, b]\nforecast: {horizon: 3}\n"));
  expect(outline.map(({ name }) => name)).toEqual(["data", "forecast"]);
  expect(outline[0]!.children!.map(({ name, detail }) => `${name} ${detail}`)).toEqual(["time date", "series a, b"]);
  expect(outline[0]!.range.end).toEqual({ line: 2, character: 16 });
});

test("data files are links, globs are not", () => {
  const document = open("data:\n  source: [my data/a b.csv, 'x/*.csv']\n  future: /abs/f.csv\n");
  expect(links(document, "file:///w/e/x.forecast.yaml").map(({ target }) => target)).toEqual([
    "file:///w/e/my%20data/a%20b.csv",
    "file:///abs/f.csv",
  ]);
});
