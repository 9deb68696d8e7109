import fc from "fast-check";
import { expect, test } from "vitest";
import { factorHeatmap, factorStack } from "../../webview/charts/contributions.ts";
import { decimate } from "../../webview/charts/decimate.ts";
import { coverageFigure, horizonFigure, seriesScatter } from "../../webview/charts/errors.ts";
import { type ChartTheme, rowNames, shorten, withAlpha } from "../../webview/charts/figure.ts";
import { backtestFigure, forecastFigure, visibleValues } from "../../webview/charts/forecast.ts";
import { factorBars, interactionBars } from "../../webview/charts/importance.ts";
import { movedFigure } from "../../webview/charts/moved.ts";
import { ranks, swarm } from "../../webview/charts/swarm.ts";
import { waterfallFigure, waterfallSteps } from "../../webview/charts/waterfall.ts";
import { intervalsOf, viewSeries } from "../../webview/shared/series.ts";
import { reportDocument } from "../fixtures/report-document.ts";

const theme: ChartTheme = {
  text: "rgb(0, 0, 0)",
  muted: "rgb(1, 1, 1)",
  line: "rgb(2, 2, 2)",
  surface: "rgb(3, 3, 3)",
  accent: "rgb(4, 4, 4)",
  second: "rgb(5, 5, 5)",
  positive: "rgb(6, 6, 6)",
  negative: "rgb(7, 7, 7)",
  good: "rgb(8, 8, 8)",
  warn: "rgb(9, 9, 9)",
  palette: Array.from({ length: 8 }, (_, index) => `rgb(${index}, 0, 0)`),
  font: "sans-serif",
};

const { details, ...summary } = reportDocument({ series: 3, points: 300, explanations: true });
const view = viewSeries(summary, 0, details[0]!, new Map());
const { horizon, frequency } = summary.experiment;

test("thinning keeps every peak and every gap, in order", () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.integer(), fc.constant(Number.NaN)), { maxLength: 400 }), (values) => {
      const kept = decimate(values, 0, values.length, 20);
      const finite = values.filter((value) => !Number.isNaN(value));
      const seen = kept.map((index) => values[index]!).filter((value) => !Number.isNaN(value));
      expect(kept).toEqual([...new Set(kept)].sort((a, b) => a - b));
      expect(kept.length).toBeLessThanOrEqual(60);
      if (finite.length > 0) {
        expect(Math.max(...seen)).toBe(Math.max(...finite));
        expect(Math.min(...seen)).toBe(Math.min(...finite));
      }
      expect(kept.some((index) => Number.isNaN(values[index]!))).toBe(values.some(Number.isNaN));
    }),
  );
});

test("a decoded series has its forecast after its history and its windows on the same clock", () => {
  const day = 86_400_000;
  expect(view.historyTimes).toHaveLength(300);
  expect(view.futureTimes).toHaveLength(horizon);
  expect(view.futureTimes[0]).toBe(view.historyTimes.at(-1)! + day);
  for (const window of view.windows) {
    expect(window.times[0]).toBe(window.origin + day);
    const place = view.historyTimes.indexOf(window.times[3]!);
    expect(window.actual[3]).toBe(view.history[place]);
  }
});

test("a gap moves the forecast and the windows away from the last known value", () => {
  const later = { ...summary, experiment: { ...summary.experiment, gap: 2, horizon: horizon - 2 } };
  const moved = viewSeries(later, 0, details[0]!, new Map());
  expect(moved.futureTimes[0]! - moved.historyTimes.at(-1)!).toBe(3 * 86_400_000);
  expect(moved.windows[0]!.times[0]! - moved.windows[0]!.origin).toBe(3 * 86_400_000);
});

test("intervals pair the levels around the median, widest first", () => {
  expect(intervalsOf([0.05, 0.1, 0.5, 0.9, 0.95])).toEqual([
    { nominal: 0.9, lower: 0, upper: 4 },
    { nominal: 0.8, lower: 1, upper: 3 },
  ]);
  expect(intervalsOf([0.5])).toEqual([]);
  expect(intervalsOf([0.1, 0.5])).toEqual([]);
});

test("the forecast chart holds the past, one area an interval and the mean, and marks the origin", () => {
  const figure = forecastFigure(view, theme, { target: "units", frequency });
  const names = figure.data.filter((trace) => trace.showlegend !== false).map((trace) => trace.name);
  expect(names).toEqual(["Actual", "90\u202f% interval", "80\u202f% interval", "Forecast"]);
  const mean = figure.data.at(-1)!;
  expect(mean.x).toEqual(view.futureTimes);
  expect((mean.customdata as number[][])[0]).toHaveLength(4);
  expect((figure.layout.shapes as { x0: number }[])[0]!.x0).toBe(view.historyTimes.at(-1));
});

test("missing values are gaps, not zeros", () => {
  const broken = {
    ...view,
    history: Float64Array.from(view.history, (value, index) => (index === 250 ? Number.NaN : value)),
  };
  const [past] = forecastFigure(broken, theme, { target: "units", frequency }).data;
  const values = past!.y as (number | null)[];
  expect(values.includes(null)).toBe(true);
  expect(values.includes(Number.NaN)).toBe(false);
});

test("a long history is thinned to what a screen can show, a zoomed one is not", () => {
  const length = 50_000;
  const long = {
    ...view,
    history: Float64Array.from({ length }, (_, index) => Math.sin(index)),
    historyTimes: Float64Array.from({ length }, (_, index) => index * 1000),
    futureTimes: view.futureTimes.map((_, index) => (length + index) * 1000),
  };
  const points = (range?: [number, number]) =>
    (forecastFigure(long, theme, { target: "y", range, frequency }).data[0]!.y as unknown[]).length;
  expect(points()).toBeLessThan(3000);
  expect(points([1_000_000, 1_100_000])).toBe(200);
});

test("the value axis fits what is visible, bounds of the intervals included, and nothing else", () => {
  const lines = [
    { times: [0, 1, 2, 3], values: [1000, 10, 20, Number.NaN] },
    { times: [4], values: [30] },
  ];
  const [low, high] = visibleValues([1, 4], lines)!;
  expect(low).toBeCloseTo(8.8, 10);
  expect(high).toBeCloseTo(31.2, 10);
  expect(visibleValues([0.5, 4], [{ times: [1, 2], values: [0.1, 10] }])![0]).toBe(0);
  expect(visibleValues([9, 10], lines)).toBeUndefined();
});

test("a backtest window shows the baseline only where there is one", () => {
  const [window] = view.windows;
  const names = (baseline: boolean) =>
    backtestFigure(view, baseline ? window! : { ...window!, baseline: undefined }, theme, {
      target: "y",
      frequency,
    }).data.map(({ name }) => name);
  expect(names(true)).toContain("Baseline");
  expect(names(false)).not.toContain("Baseline");
});

test("the winner stands out among the models, the baseline is dashed", () => {
  const roles = { winner: "ensemble", baseline: "seasonal-naive", metric: "MASE", step: "day" };
  const figure = horizonFigure(summary.horizonErrors.models, summary.leaderboard, roles, theme);
  const byName = new Map(figure.data.map((trace) => [trace.name, trace.line as { width: number; dash?: string }]));
  expect(byName.get("Ensemble")!.width).toBeGreaterThan(byName.get("AutoETS")!.width);
  expect(byName.get("Seasonal naive")!.dash).toBe("dash");
});

test("series without a defined error are no points", () => {
  const errors = { names: ["a", "b", "c"], error: [0.5, Number.NaN, 2], baseline: [1, 1, 1] };
  const figure = seriesScatter(errors, "MASE", theme, 0);
  const points = figure.data[1] as { customdata: number[]; marker: { symbol: string[] } };
  expect(points.customdata).toEqual([0, 2]);
  expect(points.marker.symbol).toEqual(["circle", "diamond"]);
});

test("intervals without an observation are not drawn", () => {
  const figure = coverageFigure(
    [
      { nominal: 0.9, actual: null },
      { nominal: 0.8, actual: 0.75 },
    ],
    theme,
  );
  expect(figure.data[1]!.x).toEqual([0.8]);
});

test("a waterfall starts at the baseline, ends at the forecast and leaves nothing out", () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 1, maxLength: 30 }),
      (contributions) => {
        const factors = contributions.map((_, index) => `factor ${index}`);
        const steps = waterfallSteps({ factors, baseline: 100, contributions }, 8);
        const total = contributions.reduce((sum, value) => sum + value, 100);
        expect(steps[0]).toMatchObject({ name: "Baseline", to: 100 });
        expect(steps.at(-1)!.to).toBeCloseTo(total, 6);
        expect(steps.length).toBeLessThanOrEqual(11);
        for (let i = 1; i < steps.length; i++) expect(steps[i]!.from).toBeCloseTo(steps[i - 1]!.to, 6);
      },
    ),
  );
});

test("stacked contributions are all there, however many factors", () => {
  const rows = Array.from({ length: 12 }, (_, row) => [row + 1, -row]);
  const figure = factorStack(
    rows.map((_, row) => `f${row}`),
    [0, 1],
    rows,
    { target: "y", frequency },
    theme,
  );
  const bars = figure.data.filter(({ type }) => type === "bar").map(({ y }) => y as number[]);
  const sums = [0, 1].map((step) => bars.reduce((sum, bar) => sum + bar[step]!, 0));
  expect(sums).toEqual([78, -66]);
  expect(figure.data.at(-1)!.y).toEqual([78, -66]);
});

test("times on an axis are as precise as the frequency", () => {
  const hourly = forecastFigure(view, theme, { target: "y", frequency: { unit: "hour", multiple: 1 } });
  expect((hourly.layout.xaxis as { hoverformat: string }).hoverformat).toContain("%H:%M");
  const monthly = forecastFigure(view, theme, { target: "y", frequency: { unit: "month", multiple: 1 } });
  expect((monthly.layout.xaxis as { hoverformat: string }).hoverformat).toBe("%b %Y");
});

test("a heat map's colours are symmetric around zero", () => {
  const [map] = factorHeatmap(["a"], [0, 1], [[-3, 1]], frequency, theme).data;
  expect([map!.zmin, map!.zmax]).toEqual([-3, 3]);
});

test("ranks share ties and leave missing values out", () => {
  expect(ranks([3, 1, Number.NaN, 3])).toEqual([0.5, 0, null, 0.5]);
});

test("points of one place in a swarm lie apart, at most one unit from the middle", () => {
  const heights = swarm([1, 1, 1, 5]);
  expect(new Set(heights.slice(0, 3)).size).toBe(3);
  expect(Math.max(...heights.map(Math.abs))).toBeLessThanOrEqual(1);
});

test("names cannot carry markup into a chart, and fit it", () => {
  expect(shorten("<b>x</b>")).toBe("&lt;b&gt;x&lt;/b&gt;");
  expect(shorten("a".repeat(80), 20).length).toBeLessThanOrEqual(20);
  expect(withAlpha("rgb(1, 2, 3)", 0.5)).toBe("rgba(1, 2, 3, 0.5)");
});

test("factors with long names keep a row each, told apart by the part in which they differ", () => {
  const names = Array.from(
    { length: 12 },
    (_, k) => `regional expenditure per household in category ${k} (thousands, lagged)`,
  );
  const rows = (figure: { readonly data: readonly Readonly<Record<string, unknown>>[] }) =>
    new Set(figure.data[0]!.y as string[]);
  expect(rowNames(names)[7]).toContain("category 7");
  expect(
    rows(
      factorBars(
        names.map((factor) => ({ factor, meanAbs: 1, direction: null })),
        "units",
        theme,
      ),
    ).size,
  ).toBe(12);
  expect(
    rows(
      movedFigure(
        names.map((factor) => ({ factor, change: 1 })),
        "units",
        theme,
      ),
    ).size,
  ).toBe(12);
  const pairs = names.slice(1).map((name, k) => ({ factors: [names[k]!, name] as const, meanAbs: 1 }));
  expect(rows(interactionBars(pairs, "units", theme)).size).toBe(11);
  const values = [[1], [2], [3]];
  expect(rows(factorHeatmap(names.slice(0, 3), [0], values, frequency, theme)).size).toBe(3);
  // A column may be called as the totals are.
  const built = waterfallFigure(
    { factors: ["Forecast", ...names], baseline: 1, contributions: names.map(() => 1) },
    "units",
    theme,
    20,
  );
  expect(rows(built).size).toBe(15);
});

test("names that fit, or differ where they are cut to, stay as they are", () => {
  expect(rowNames(["price", "holiday <eve>"])).toEqual(["price", "holiday &lt;eve&gt;"]);
});
