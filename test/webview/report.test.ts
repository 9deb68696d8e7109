import { expect, test } from "vitest";
import type { ReportSummary } from "../../protocol/report.ts";
import { addToSums, calendarErrors, calendarParts, emptySums } from "../../webview/report/calendar.ts";
import { headline } from "../../webview/report/headline.ts";
import { wape, windowErrors } from "../../webview/report/sections/backtest.ts";
import { fairOrder } from "../../webview/report/sections/leaderboard.ts";
import { explainInWords } from "../../webview/report/words.ts";
import { breakdownOf, byFactor, explainedSeries, factorPoints } from "../../webview/shared/explained.ts";
import { viewSeries } from "../../webview/shared/series.ts";
import { reportDocument } from "../fixtures/report-document.ts";

const { details, ...summary } = reportDocument({ series: 12, points: 200, explanations: true });
const plain = (text: string) => text.replaceAll("\u202f", " ");

/** The same report with other scores of winner and baseline. */
function scored(winner: number | null, baseline: number | null): ReportSummary {
  const scores: Record<string, number | null> = { ensemble: winner, "seasonal-naive": baseline };
  const leaderboard = summary.leaderboard.map((row) => ({
    ...row,
    score: row.model in scores ? scores[row.model]! : row.score,
  }));
  return { ...summary, leaderboard };
}

test("the headline says who won, by how much, on what, and whether the intervals held", () => {
  const { title, detail } = headline(summary);
  expect(plain(title)).toBe("Ensemble wins: 23 % more accurate than seasonal naive");
  expect(plain(detail)).toBe(
    "MASE 0.713 on 12 series, 3 backtest windows of 28 days. Its 80 % intervals covered 79 % of the actual values.",
  );
});

test("percentages are called so", () => {
  const experiment = { ...summary.experiment, metric: "wape" };
  const leaderboard = summary.leaderboard.map((row) => ({ ...row, score: row.score === null ? null : 10 * row.score }));
  expect(plain(headline({ ...summary, experiment, leaderboard }).detail)).toContain("WAPE 7.130 % on 12 series");
});

test("the headline claims no lead that is not there", () => {
  expect(headline(scored(0.95, 0.93)).title).toBe("Ensemble wins, but is no more accurate than seasonal naive");
  expect(headline(scored(0.7, null)).title).toBe("Ensemble wins");
  expect(headline(scored(null, 0.9)).detail).toContain("not known");
  expect(headline({ ...summary, winner: "seasonal-naive" }).title).toBe(
    "No model beat seasonal naive: it is the forecast",
  );
  expect(headline({ ...summary, baseline: undefined, coverage: [] }).detail).toBe(
    "MASE 0.713 on 12 series, 3 backtest windows of 28 days.",
  );
});

test("models scored on different windows are not compared", () => {
  const leaderboard = summary.leaderboard.map((row) => (row.model === "seasonal-naive" ? { ...row, windows: 1 } : row));
  const { title, detail } = headline({ ...summary, leaderboard });
  expect(title).toBe("Ensemble wins");
  expect(detail).toContain("Seasonal naive was scored on 1 window only.");
});

test("windows come in order of time, however the document lists them", () => {
  const { backtest, ...rest } = details[0]!;
  const turned = { ...rest, backtest: { ...backtest, origins: backtest.origins.toReversed() } };
  const origins = viewSeries(summary, 0, turned, new Map()).windows.map(({ origin }) => origin);
  expect(origins).toEqual(origins.toSorted((a, b) => a - b));
});

test("models scored on fewer windows stand behind the others, whatever their score", () => {
  const [first, second, third] = summary.leaderboard;
  const rows = [
    { ...first!, score: 0.1, windows: 1 },
    { ...second!, score: 0.9 },
    { ...third!, score: null },
    { ...third!, score: 0.8 },
  ];
  expect(fairOrder(rows, ({ score }) => score).map(({ score }) => score)).toEqual([0.8, 0.9, null, 0.1]);
});

test("calendar parts follow the frequency", () => {
  const ids = (unit: ReportSummary["experiment"]["frequency"]["unit"]) =>
    calendarParts({ unit, multiple: 1 }).map(({ id }) => id);
  expect(ids("hour")).toEqual(["hour", "weekday", "month"]);
  expect(ids("month")).toEqual(["month"]);
  expect(ids("year")).toEqual([]);
});

test("calendar errors add up to the error of all windows", () => {
  const [weekday] = calendarParts(summary.experiment.frequency);
  const sums = emptySums(weekday!);
  const views = details.map((detail, index) => viewSeries(summary, index, detail!, new Map()));
  for (const view of views) addToSums(sums, weekday!, view);
  const pick = (of: "actual" | "point") =>
    views.flatMap(({ windows }) => windows.flatMap((window) => Array.from(window[of])));
  const total = sums.error.reduce((a, b) => a + b) / sums.actual.reduce((a, b) => a + b);
  expect(total).toBeCloseTo(wape(pick("actual"), pick("point")), 10);
  const { labels, error, baseline } = calendarErrors(sums, weekday!);
  expect(labels).toEqual(["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]);
  expect(error.every((value) => value > 0)).toBe(true);
  expect(baseline).toHaveLength(7);
});

test("steps without an actual value count nowhere", () => {
  expect(wape([10, Number.NaN, 10], [12, 5, 8])).toBeCloseTo(0.2, 12);
  expect(wape([0, 0], [1, 1])).toBeNaN();
  const window = { origin: 0, times: [1], actual: [Number.NaN], point: [1], quantiles: [], baseline: undefined };
  expect(windowErrors(window)).toContain("no actual values");
});

test("an explanation in words names the largest movers with their signs and its sum", () => {
  const words = explainInWords(
    { factors: ["price", "promotion", "holiday", "weekday"], baseline: 100, contributions: [-30, 12, 4, -1] },
    "12 Mar 2024",
    "units",
  );
  expect(plain(words)).toBe(
    "For 12 Mar 2024 the forecast of units is 85, 15 below the baseline of 100. " +
      "Promotion (+12) and holiday (+4) raise it most. Price (−30) and weekday (−1) lower it most. " +
      "64 % of all movement is price alone.",
  );
  expect(explainInWords({ factors: ["price"], baseline: 5, contributions: [0] }, "now", "y")).toContain(
    "no factor moves it",
  );
});

test("decoded contributions keep their factor and step", () => {
  const [first] = explainedSeries(summary.explanations!);
  const breakdown = breakdownOf(summary.explanations!, first!, 4);
  const { factors, rows } = byFactor(summary.explanations!, first!);
  expect(factors.toSorted()).toEqual(summary.explanations!.factors.toSorted());
  factors.forEach((factor, row) => {
    expect(rows[row]![4]).toBe(breakdown.contributions[breakdown.factors.indexOf(factor)]);
  });
  const size = (row: number[]) => row.reduce((sum, value) => sum + Math.abs(value), 0);
  expect(rows.map(size)).toEqual(rows.map(size).toSorted((a, b) => b - a));
  expect(factorPoints(explainedSeries(summary.explanations!), 0, 100).length).toBeLessThanOrEqual(100);
});
