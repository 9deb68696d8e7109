import { describe, expect, test } from "vitest";
import { meanAutocorrelation, peakLags } from "../../../daemon/forecasting/features/autocorrelation.ts";
import { calendarValue } from "../../../daemon/forecasting/features/calendar.ts";
import { buildDataset } from "../../../daemon/forecasting/features/dataset.ts";
import { OrderedEncoding } from "../../../daemon/forecasting/features/encoding.ts";
import { HolidayTable } from "../../../daemon/forecasting/features/holidays.ts";
import { forecastRows, sampleRows } from "../../../daemon/forecasting/features/rows.ts";
import { alignedIndex, scalerOf } from "../../../daemon/forecasting/features/scaling.ts";
import { PrefixSums, rollingMedians, viewOf, weightedMeans } from "../../../daemon/forecasting/features/series-view.ts";
import { uniformStream } from "../../../daemon/forecasting/numerics/random.ts";
import { panelOf } from "../../fixtures/panel.ts";
import { demandPanel } from "../models/demand-panel.ts";

const day = (text: string): number => Date.parse(`${text}T00:00:00Z`);
const daily = { unit: "day", multiple: 1 } as const;

describe("calendar parts", () => {
  test.each([
    ["day of week", "2026-11-23", 0],
    ["day of month", "2026-11-23", 23],
    ["days to month end", "2024-02-27", 2],
    ["days to payday", "2026-11-12", 3],
    ["days to payday", "2026-11-28", 2],
    ["month", "2026-11-23", 11],
    ["quarter", "2026-11-23", 4],
    ["year progress", "2026-01-01", 0],
  ] as const)("%s of %s is %d", (part, date, expected) => {
    expect(calendarValue(part, day(date), daily)).toBe(expected);
  });

  test("counts the working days of a month and of a quarter", () => {
    expect(calendarValue("business days", day("2026-02-01"), { unit: "month", multiple: 1 })).toBe(20);
    expect(calendarValue("business days", day("2026-01-01"), { unit: "quarter", multiple: 1 })).toBe(64);
  });

  test("tells the hour and the minute of the day, before 1970 too", () => {
    const moment = Date.parse("1969-12-31T22:45:00Z");
    expect(calendarValue("hour", moment, { unit: "hour", multiple: 1 })).toBe(22);
    expect(calendarValue("minute of day", moment, { unit: "minute", multiple: 15 })).toBe(22 * 60 + 45);
  });
});

describe("holidays", () => {
  const germany = new HolidayTable({ country: "DE", region: "BY" });

  test("knows public holidays of the region, and the days to and from them", () => {
    // Corpus Christi 2026 is Thursday, 4 June: a holiday in Bavaria, not in Berlin.
    expect(germany.value("holiday", day("2026-06-04"), daily)).toBe(1);
    expect(new HolidayTable({ country: "DE", region: "BE" }).value("holiday", day("2026-06-04"), daily)).toBe(0);
    expect(germany.value("days until", day("2026-06-01"), daily)).toBe(3);
    expect(germany.value("days since", day("2026-06-06"), daily)).toBe(2);
  });

  test("marks the working day between a holiday and the weekend", () => {
    expect(germany.value("bridge day", day("2026-06-05"), daily)).toBe(1);
    expect(germany.value("bridge day", day("2026-06-03"), daily)).toBe(0);
  });

  test("tells school holidays apart, where the library has them", () => {
    const poland = new HolidayTable({ country: "PL" });
    // Maundy Thursday and Good Friday 2024.
    expect(poland.value("school", day("2024-03-28"), daily)).toBe(1);
    expect(poland.value("holiday", day("2024-03-28"), daily)).toBe(0);
    expect(poland.value("school", day("2024-04-02"), daily)).toBe(0);
    expect(poland.value("school count", day("2024-03-01"), { unit: "month", multiple: 1 })).toBe(2);
    expect(poland.hasSchoolHolidays(day("2024-06-01"), day("2024-08-01"))).toBe(true);
    expect(new HolidayTable({ country: "FR" }).hasSchoolHolidays(day("2024-01-01"), day("2026-12-31"))).toBe(false);
  });

  test("holds holidays of several days on each of them, over the turn of the year too", () => {
    // Hanukkah 2024 begins on the 26th of December and takes eight days.
    const israel = new HolidayTable({ country: "IL" });
    const marked = ["2024-12-25", "2024-12-26", "2024-12-31", "2025-01-02", "2025-01-03"].map((date) =>
      israel.value("school", day(date), daily),
    );
    expect(marked).toEqual([0, 1, 1, 1, 0]);
  });

  test("counts the holidays of a month", () => {
    // Labour Day, Ascension and Whit Monday.
    expect(germany.value("count", day("2026-05-01"), { unit: "month", multiple: 1 })).toBe(3);
  });
});

describe("statistics", () => {
  const random = uniformStream(2, "mulberry32");
  const values = Float64Array.from({ length: 200 }, () => (random() < 0.1 ? Number.NaN : 1e6 + random()));

  test("prefix sums equal direct sums, also at a high level", () => {
    const sums = new PrefixSums(values);
    for (const [from, to] of [
      [-5, 10],
      [50, 99],
      [199, 199],
    ] as const) {
      const present = values.slice(Math.max(0, from), to + 1).filter((value) => !Number.isNaN(value));
      const mean = present.reduce((sum, value) => sum + value, 0) / present.length;
      expect(sums.mean(from, to)).toBeCloseTo(mean, 6);
      if (present.length < 2) continue;
      const variance = present.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (present.length - 1);
      expect(sums.deviation(from, to)).toBeCloseTo(Math.sqrt(variance), 6);
    }
  });

  test("rolling medians see only what came before", () => {
    const medians = rollingMedians(values, 9);
    for (const at of [0, 1, 5, 60, 199]) {
      const before = values
        .slice(Math.max(0, at - 9), at)
        .filter((value) => !Number.isNaN(value))
        .sort();
      const middle = before.length >> 1;
      const expected =
        before.length === 0
          ? Number.NaN
          : before.length % 2
            ? before[middle]!
            : (before[middle - 1]! + before[middle]!) / 2;
      expect(medians[at]).toBe(expected);
    }
  });

  test("weighted means halve the weight every half-life", () => {
    const means = weightedMeans(Float64Array.from([0, Number.NaN, 3]), 2);
    expect(means[2]).toBeCloseTo(3 / 1.5, 12);
  });

  test("finds the season in the autocorrelation", () => {
    const { panel } = demandPanel();
    expect(peakLags(meanAutocorrelation(panel, 30), 3)).toContain(7);
  });
});

describe("ordered encoding", () => {
  test("is the smoothed mean of what the category had by then", () => {
    const { panel } = demandPanel();
    const texts = ["a", "a", "b", "b", "b", "c"];
    const encoding = new OrderedEncoding(panel, texts);
    const time = panel.time[40]!;
    const upTo = (series: number): number[] => [
      ...panel.target.subarray(panel.offsets[series]!, panel.offsets[series]! + 41),
    ];
    const all = [0, 1, 2, 3, 4, 5].flatMap(upTo);
    const own = [0, 1].flatMap(upTo);
    const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
    const expected = (own.reduce((sum, value) => sum + value, 0) + 10 * mean) / (own.length + 10);
    expect(encoding.at(1, time)).toBeCloseTo(expected, 9);
    expect(encoding.at(1, panel.time[0]! - 1)).toBeNaN();
  });
});

describe("scaling", () => {
  test("aligns the target with the latest step of its phase that is known", () => {
    expect(alignedIndex(99, 100, 7)).toBe(93);
    expect(alignedIndex(99, 106, 7)).toBe(99);
    expect(alignedIndex(99, 107, 7)).toBe(93);
  });

  test("centres on the recent level or on the last season", () => {
    const { panel } = demandPanel();
    const view = viewOf(panel, 2);
    const spec = { unit: "change", window: 7, season: 7 } as const;
    const recent = view.target.subarray(54, 61).reduce((sum, value) => sum + value, 0) / 7;
    expect(scalerOf(view, { ...spec, centre: "level" }, 1).centre(60, 70)).toBeCloseTo(recent, 9);
    expect(scalerOf(view, { ...spec, centre: "season" }, 1).centre(60, 70)).toBe(view.target[56]);
  });

  test("is positive for series of zeros, constants, one value and none", () => {
    const { panel } = demandPanel();
    for (const past of [[0, 0, 0], [5, 5, 5], [2], []]) {
      const view = { ...viewOf(panel, 0), past: past.length, target: Float64Array.from([...past, Number.NaN]) };
      const scaler = scalerOf(view, { centre: "level", unit: "change", window: 4, season: 7 }, 10);
      expect(scaler.scale(past.length - 1)).toBeGreaterThan(0);
      expect(Number.isFinite(scaler.centre(past.length - 1, past.length))).toBe(true);
    }
  });
});

describe("rows", () => {
  const { panel } = demandPanel();
  const request = {
    horizon: 14,
    gap: 2,
    seed: 1,
    limit: 1_000_000,
    firstOrigin: () => 6,
    range: (past: number) => ({ origin: 0, from: 0, to: past }),
  };

  test("hold every pair of origin and step once when there is room", () => {
    const rows = sampleRows(panel, request);
    const seen = new Set(Array.from(rows.series, (series, row) => `${series} ${rows.origin[row]} ${rows.target[row]}`));
    expect(seen.size).toBe(rows.count);
    for (let row = 0; row < rows.count; row++) {
      const step = rows.target[row]! - rows.origin[row]! - 2;
      expect(step).toBeGreaterThanOrEqual(1);
      expect(step).toBeLessThanOrEqual(14);
    }
  });

  test("start once a series has had a value other than zero", async () => {
    const late = panelOf(
      [{ past: [...new Array<number>(60).fill(0), ...Array.from({ length: 60 }, (_, t) => 1 + (t % 7))] }],
      7,
    );
    const { rows } = await buildDataset(late, {
      horizon: 7,
      gap: 0,
      seasons: [7],
      fourier: false,
      limit: 10_000,
      seed: 1,
      scaling: { centre: "level", unit: "change", window: 7, season: 7 },
      signal: new AbortController().signal,
    });
    expect(rows.count).toBeGreaterThan(100);
    expect(Math.min(...rows.origin)).toBe(60);
  });

  test("keep to the limit and meet every step equally often", () => {
    const rows = sampleRows(panel, { ...request, limit: 3000 });
    expect(rows.count).toBeLessThanOrEqual(3000);
    expect(rows.count).toBeGreaterThan(2000);
    const counts = new Map<number, number>();
    for (let row = 0; row < rows.count; row++) {
      const step = rows.target[row]! - rows.origin[row]!;
      counts.set(step, (counts.get(step) ?? 0) + 1);
    }
    expect(counts.size).toBe(14);
    for (const count of counts.values()) expect(count / rows.count).toBeGreaterThan(0.4 / 14);
  });

  test("cover the forecast window after the gap", () => {
    const rows = forecastRows(panel, [4], 2, 3);
    expect([...rows.target]).toEqual([182, 183, 184]);
    expect([...rows.origin]).toEqual([179, 179, 179]);
  });
});
