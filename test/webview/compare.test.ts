import { expect, test } from "vitest";
import { packColumn } from "../../protocol/column.ts";
import { incomparable, runNames, settingDifferences, sharedSeries, wins } from "../../webview/compare/difference.ts";
import { reportDocument } from "../fixtures/report-document.ts";

const { details: _, ...summary } = reportDocument({ series: 3, points: 60 });

test("only settings that differ are named, lists as a whole, missing ones as missing", () => {
  const differences = settingDifferences([
    { search: { models: ["a", "b"], seed: 7 }, metric: "mase" },
    { search: { models: ["a"], seed: 7 }, metric: "mase", explain: true },
  ]);
  expect(differences).toEqual([
    { path: "search.models", values: ['["a","b"]', '["a"]'] },
    { path: "explain", values: [undefined, "true"] },
  ]);
});

test("series are paired by name, and wins leave out ties and undefined errors", () => {
  const first = {
    ...summary,
    series: { ...summary.series, keys: [["a"], ["b"], ["c"]], error: packColumn([1, 2, Number.NaN]) },
  };
  const second = {
    ...summary,
    series: { ...summary.series, keys: [["c"], ["b"], ["x"]], error: packColumn([5, 3, 1]) },
  };
  const pairs = sharedSeries(first, second);
  expect(pairs).toEqual({ names: ["b", "c"], first: [2, Number.NaN], second: [3, 5] });
  expect(wins(pairs)).toEqual({ first: 1, second: 0 });
});

test("runs of the same name get numbers", () => {
  const other = { ...summary, experiment: { ...summary.experiment, name: "other" } };
  expect(runNames([{ summary }, { summary: other }, { summary }])).toEqual([
    "store-demand #1",
    "other",
    "store-demand #2",
  ]);
});

test("scores of different tasks are not put side by side without a word", () => {
  const changed = (change: object) => incomparable([{ summary }, { summary: { ...summary, ...change } }]);
  expect(changed({})).toBeUndefined();
  expect(changed({ experiment: { ...summary.experiment, metric: "mae" } })).toContain("different metrics");
  expect(changed({ run: { ...summary.run, fingerprint: "other" } })).toContain("different data");
  expect(changed({ experiment: { ...summary.experiment, horizon: 7 } })).toContain("different horizons");
  expect(changed({ leaderboard: [{ ...summary.leaderboard[0]!, windows: 1 }] })).toContain("backtest windows");
});
