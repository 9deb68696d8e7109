import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { backtest, models, panelOf, type Series, train } from "../../../daemon/forecasting/index.ts";

/** A yearly shape with a slow rise: the value of month `index`. */
const level = (index: number): number => 100 + index / 2 + 20 * Math.sin((2 * Math.PI * index) / 12);

function monthly(length: number, more: Partial<Series> = {}): Series {
  return { name: "a", start: "2015-01-01", values: Array.from({ length }, (_, index) => level(index)), ...more };
}

const year = { frequency: "month", horizon: 12 } as const;

describe("panelOf", () => {
  test("lays series out one after the other, the forecast window after each", () => {
    const panel = panelOf(
      [
        {
          name: "a",
          start: "2024-01-31",
          values: [1, null, 3],
          known: { price: [1, 2, 3, 4, 5] },
          static: { area: 7 },
        },
        { name: "b", start: "2024-03-31", values: [9], known: { price: [6, null, 8] }, static: { area: 8 } },
      ],
      { frequency: { unit: "month", multiple: 1, endOfMonth: true }, horizon: 2 },
    );
    const days = Array.from(panel.time, (moment) => new Date(moment).toISOString().slice(0, 10));
    expect(days.slice(0, 5)).toEqual(["2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30", "2024-05-31"]);
    expect(days.slice(5)).toEqual(["2024-03-31", "2024-04-30", "2024-05-31"]);
    expect([...panel.target]).toEqual([1, Number.NaN, 3, Number.NaN, Number.NaN, 9, Number.NaN, Number.NaN]);
    expect(panel.known.map(({ name, values }) => [name, ...values])).toEqual([
      ["price", 1, 2, 3, 4, 5, 6, Number.NaN, 8],
    ]);
    expect(panel.static.map(({ values }) => [...values])).toEqual([[7, 8]]);
  });

  test.each<[string, readonly Series[], RegExp]>([
    ["no series", [], /There are no series/],
    [
      "a start with an offset",
      [monthly(3, { start: "2015-01-01T00:00+02:00" })],
      /`2015-01-01T00:00\+02:00` is not a date/,
    ],
    [
      "a start that is no date",
      [monthly(3, { start: "2015-13-01" })],
      /Series `a`: its start `2015-13-01` is not a date/,
    ],
    ["a name twice", [monthly(3), monthly(4)], /Series `a`: its name is used twice/],
    [
      "a known column without future values",
      [monthly(3, { known: { price: [1, 2, 3] } })],
      /`price` has 3 values in place of 15/,
    ],
    [
      "an observed column with future values",
      [monthly(1, { observed: { x: [1, 2] } })],
      /`x` has 2 values in place of 1/,
    ],
    [
      "a column that one series lacks",
      [monthly(1, { observed: { x: [1] } }), monthly(1, { name: "b" })],
      /Series `b`: it lacks the observed covariate `x`/,
    ],
    [
      "a column that only one series has",
      [monthly(1), monthly(1, { name: "b", observed: { x: [1] } })],
      /Series `b`: only it has the observed covariate `x`/,
    ],
    [
      "a static value that is missing",
      [monthly(1, { static: { area: 1 } }), monthly(1, { name: "b" })],
      /Series `b`: it lacks the static covariate `area`/,
    ],
  ])("refuses %s", (_, series, message) => {
    expect(() => panelOf(series, year)).toThrow(message);
  });

  test("keeps every value of any series at its place", () => {
    const values = fc.array(fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })), {
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(
        fc.array(values, { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 9 }),
        (columns, horizon) => {
          const series = columns.map((own, index) => ({ name: `s${index}`, start: "2024-02-29", values: own }));
          const panel = panelOf(series, { frequency: "day", horizon });
          columns.forEach((own, index) => {
            const from = panel.offsets[index] ?? -1;
            expect(panel.offsets[index + 1]).toBe(from + own.length + horizon);
            const kept = [...panel.target.subarray(from, from + own.length)];
            expect(kept).toEqual(own.map((value) => value ?? Number.NaN));
          });
        },
      ),
    );
  });
});

describe("a trained model", () => {
  test("continues a clear pattern, by month and with ordered quantiles", async () => {
    const model = await train(panelOf([monthly(72)], year), { model: "auto-ets", quantiles: [0.9, 0.1] });
    const [forecast] = await model.forecast();
    expect(forecast?.name).toBe("a");
    expect(forecast?.time.slice(0, 2)).toEqual(["2021-01-01T00:00", "2021-02-01T00:00"]);
    expect(Object.keys(forecast?.quantiles ?? {})).toEqual(["0.1", "0.5", "0.9"]);
    forecast?.mean.forEach((value, step) => {
      expect(Math.abs(value - level(72 + step))).toBeLessThan(2);
      expect(forecast.quantiles["0.1"]?.[step]).toBeLessThanOrEqual(forecast.quantiles["0.9"]?.[step] ?? Number.NaN);
    });
  });

  test("keeps to its bounds", async () => {
    const model = await train(panelOf([monthly(72)], year), { model: "auto-ets", maximum: 130 });
    const [forecast] = await model.forecast();
    expect(Math.max(...(forecast?.mean ?? []), ...(forecast?.quantiles["0.9"] ?? []))).toBe(130);
  });

  test("explains every mean of every series as a sum", async () => {
    const known = { price: Array.from({ length: 84 }, (_, index) => 2 + (index % 5)) };
    const values = known.price.slice(0, 72).map((price, index) => level(index) - 4 * price);
    const panel = panelOf([monthly(72, { values, known }), monthly(72, { name: "b", values, known })], year);
    const model = await train(panel, { model: "linear" });
    const forecasts = await model.forecast();
    const explained = (await model.explain()) ?? [];
    expect(explained.map(({ name, time }) => [name, time])).toEqual(
      forecasts.flatMap(({ name, time }) => time.map((moment) => [name, moment])),
    );
    const means = forecasts.flatMap(({ mean }) => mean);
    explained.forEach(({ mean, baseline, contributions }, cell) => {
      expect(mean).toBeCloseTo(means[cell] ?? Number.NaN, 6);
      expect(baseline + Object.values(contributions).reduce((sum, value) => sum + value, 0)).toBeCloseTo(mean, 9);
    });
    const dear = explained.filter(({ contributions }) => (contributions.price ?? 0) < 0);
    expect(dear.length).toBeGreaterThan(0);
  });

  test("of an unknown name or option is refused", async () => {
    const panel = panelOf([monthly(40)], year);
    await expect(train(panel, { model: "prophet" })).rejects.toThrow(/prophet/);
    await expect(train(panel, { model: "naive", options: { colour: 1 } })).rejects.toThrow(/colour/);
  });

  test("can be stopped", async () => {
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(train(panelOf([monthly(72)], year), { model: "auto-arima", signal })).rejects.toThrow("enough");
  });
});

describe("backtest", () => {
  test("shows at each origin what the model said and what came", async () => {
    const panel = panelOf([monthly(72)], year);
    const { metrics, origins } = await backtest(panel, { model: "seasonal-naive", windows: 2 });
    expect(origins.map(({ forecasts }) => forecasts[0]?.time[0])).toEqual(["2020-01-01T00:00", "2019-01-01T00:00"]);
    // The pattern repeats and rises by 6 a year: so does the error of last year's value.
    expect(metrics.mae).toBeCloseTo(6, 9);
    origins.forEach(({ forecasts, actual }, index) => {
      const from = 60 - 12 * index;
      expect(actual[0]).toEqual(Array.from({ length: 12 }, (_, step) => level(from + step)));
      expect(forecasts[0]?.mean).toEqual(Array.from({ length: 12 }, (_, step) => level(from - 12 + step)));
    });
  });

  test("refuses series that are too short for one origin", async () => {
    await expect(backtest(panelOf([monthly(14)], year), { model: "naive" })).rejects.toThrow(/15 values/);
  });
});

test("every model is listed", () => {
  expect(models).toContain("auto-ets");
  expect(new Set(models).size).toBe(models.length);
});
