import { describe, expect, test } from "vitest";
import { choosePlan } from "../../../daemon/forecasting/features/choose.ts";
import { buildDataset } from "../../../daemon/forecasting/features/dataset.ts";
import { featureMatrix } from "../../../daemon/forecasting/features/matrix.ts";
import { featureNames } from "../../../daemon/forecasting/features/plan.ts";
import { availability, calendarParts, featureSpec, holidayParts } from "../../../daemon/forecasting/features/spec.ts";
import { uniformStream } from "../../../daemon/forecasting/numerics/random.ts";
import { addSteps, type Frequency } from "../../../daemon/forecasting/panel/frequency.ts";
import type { Panel } from "../../../daemon/forecasting/panel/panel.ts";

const signal = new AbortController().signal;
const gap = 1;
const horizon = 5;

/** Three series with known, observed, static and text covariates. */
function panelOf(frequency: Frequency, past: number): Panel {
  const random = uniformStream(5, "mulberry32");
  const series = 3;
  const total = past + gap + horizon;
  const count = series * total;
  const noise = (): Float64Array => Float64Array.from({ length: count }, () => 5 + random());
  const inPast = (row: number): boolean => row % total < past;
  const start = Date.UTC(2024, 0, 1);
  return {
    frequency,
    keyColumns: ["shop", "item"],
    keys: [
      ["north", "tea"],
      ["north", "milk"],
      ["south", "tea"],
    ],
    offsets: Int32Array.from({ length: series + 1 }, (_, index) => index * total),
    history: new Int32Array(series).fill(past),
    futureSteps: gap + horizon,
    time: Float64Array.from({ length: count }, (_, row) => addSteps(start, frequency, row % total)),
    target: noise().map((value, row) => (inPast(row) ? (random() < 0.2 ? 0 : value) : Number.NaN)),
    known: [
      { name: "price", values: noise() },
      { name: "promotion", values: noise().map((value) => (value > 5.7 ? 1 : 0)) },
      {
        name: "weather",
        values: noise().map((value) => Math.floor((value - 5) * 3)),
        categories: ["rain", "sun", "snow"],
      },
      { name: "slogan", ...manyTexts("slogan", 300, noise()) },
      { name: "event", ...manyTexts("event", 12, noise()) },
    ],
    observed: [
      { name: "visitors", values: noise() },
      { name: "headline", ...manyTexts("headline", 20, noise()) },
    ].map((covariate) => ({
      ...covariate,
      values: covariate.values.map((value, row) => (inPast(row) ? value : Number.NaN)),
    })),
    static: [
      { name: "size", values: Float64Array.from([1, 2, 3]) },
      { name: "region", values: Float64Array.from([0, 0, 1]), categories: ["hills", "coast"] },
    ],
    // Has school holidays of its own in spring.
    calendar: { country: "PL" },
  };
}

/** A text column of so many texts from numbers between 5 and 6. */
function manyTexts(name: string, count: number, values: Float64Array) {
  return {
    values: values.map((value) => Math.floor((value - 5) * count)),
    categories: Array.from({ length: count }, (_, index) => `${name} ${index}`),
  };
}

const frequencies: [string, Frequency, number, number[]][] = [
  ["half hours", { unit: "minute", multiple: 30 }, 300, [48]],
  ["hours", { unit: "hour", multiple: 1 }, 200, [24]],
  ["days", { unit: "day", multiple: 1 }, 100, [7]],
  ["business days", { unit: "business day", multiple: 1 }, 80, [5]],
  ["weeks", { unit: "week", multiple: 1 }, 130, [52]],
  ["months", { unit: "month", multiple: 1 }, 60, [12]],
  ["quarters", { unit: "quarter", multiple: 1 }, 40, [4]],
];

/** What the features of a panel are chosen by. */
const requestFor = (seasons: readonly number[]) => ({
  horizon,
  gap,
  seasons,
  scaling: { centre: "level", unit: "change", window: 4, season: seasons[0]! } as const,
  fourier: true,
  limit: 4000,
  seed: 3,
  signal,
});

describe("the features under test", () => {
  test("are of every kind, every part of a date and every part of a holiday that there is", () => {
    const specs = frequencies.flatMap(([, frequency, past, seasons]) => {
      return choosePlan(panelOf(frequency, past), requestFor(seasons)).features;
    });
    const kinds = featureSpec.options.map(({ shape }) => shape.kind.value);
    expect([...new Set(specs.map(({ kind }) => kind))].sort()).toEqual([...kinds].sort());
    const parts = (kind: "calendar" | "holiday") =>
      new Set(specs.flatMap((spec) => (spec.kind === kind ? [spec.part] : [])));
    expect([...parts("calendar")].sort()).toEqual([...calendarParts].sort());
    expect([...parts("holiday")].sort()).toEqual([...holidayParts].sort());
    const encoded = specs.flatMap((spec) => (spec.kind === "encoding" ? [spec.at] : []));
    expect(new Set(encoded)).toEqual(new Set([undefined, "target", "origin"]));
  });
});

describe.each(frequencies)("features of %s", (_, frequency, past, seasons) => {
  const request = requestFor(seasons);

  test("are the same whatever happens after each row's origin", async () => {
    const panel = panelOf(frequency, past);
    const { plan, rows } = await buildDataset(panel, request);
    const original = await featureMatrix(panel, plan, rows, { training: true, signal });
    // The last third is rewritten: target and observed covariates altogether, so that rows with an earlier origin must not notice.
    const cut = Math.floor((past * 2) / 3);
    const total = past + gap + horizon;
    const rewritten = (values: Float64Array): Float64Array =>
      values.map((value, row) => (row % total >= cut ? value * 3 + 17 + (row % 7) : value));
    const changed: Panel = {
      ...panel,
      target: rewritten(panel.target),
      observed: panel.observed.map((covariate) => ({ ...covariate, values: rewritten(covariate.values) })),
    };
    const after = await featureMatrix(changed, plan, rows, { training: true, signal });
    const names = featureNames(plan);
    let compared = 0;
    for (let row = 0; row < rows.count; row++) {
      if (rows.origin[row]! >= cut) continue;
      compared++;
      names.forEach((name, feature) => {
        const pair = [original.columns[feature]![row], after.columns[feature]![row]];
        if (!Object.is(pair[0], pair[1])) expect.fail(`${name} changed from ${pair[0]} to ${pair[1]}`);
      });
      expect(after.scale[row]).toBe(original.scale[row]);
      expect(after.centre[row]).toBe(original.centre[row]);
    }
    expect(compared).toBeGreaterThan(100);
  });

  test("state truly whether they read anything after the origin", async () => {
    const panel = panelOf(frequency, past);
    const { plan, rows } = await buildDataset(panel, request);
    const original = await featureMatrix(panel, plan, rows, { training: true, signal });
    const cut = Math.floor((past * 2) / 3);
    const total = past + gap + horizon;
    // Everything that is given for the window changes as well: only features that say so may follow.
    const later: Panel = {
      ...panel,
      time: panel.time.map((time, row) => (row % total >= cut ? time + 40 * 86_400_000 : time)),
      known: panel.known.map((covariate) => ({
        ...covariate,
        values: covariate.values.map((value, row) => (row % total >= cut ? (value + 1) % 3 : value)),
      })),
    };
    const after = await featureMatrix(later, plan, rows, { training: true, signal });
    plan.features.forEach((spec, feature) => {
      if (availability(spec) === "window") return;
      for (let row = 0; row < rows.count; row++) {
        if (rows.origin[row]! >= cut) continue;
        expect(after.columns[feature]![row]).toBe(original.columns[feature]![row]);
      }
    });
  });

  test("are the same in training and at the forecast for the same origin", async () => {
    const panel = panelOf(frequency, past);
    const { plan } = await buildDataset(panel, request);
    const earlier = past - horizon - gap;
    const rows = (origin: number) => ({
      count: horizon,
      series: new Int32Array(horizon),
      origin: new Int32Array(horizon).fill(origin),
      target: Int32Array.from({ length: horizon }, (_, step) => origin + gap + 1 + step),
    });
    const seen = await featureMatrix(panel, plan, rows(earlier - 1), { training: false, signal });
    const total = past + gap + horizon;
    const short = earlier + gap + horizon;
    const cutRows = (values: Float64Array): Float64Array =>
      Float64Array.from({ length: 3 * short }, (_, row) => values[Math.floor(row / short) * total + (row % short)]!);
    const hidden = (values: Float64Array): Float64Array =>
      cutRows(values).map((value, row) => (row % short < earlier ? value : Number.NaN));
    const truncated: Panel = {
      ...panel,
      offsets: Int32Array.from([0, short, 2 * short, 3 * short]),
      history: new Int32Array(3).fill(earlier),
      time: cutRows(panel.time),
      target: hidden(panel.target),
      known: panel.known.map((covariate) => ({ ...covariate, values: cutRows(covariate.values) })),
      observed: panel.observed.map((covariate) => ({ ...covariate, values: hidden(covariate.values) })),
    };
    const forecast = await featureMatrix(truncated, plan, rows(earlier - 1), { training: false, signal });
    featureNames(plan).forEach((name, feature) => {
      expect({ name, values: [...forecast.columns[feature]!] }).toEqual({ name, values: [...seen.columns[feature]!] });
    });
  });
});
