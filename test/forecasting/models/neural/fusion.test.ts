import { beforeAll, describe, expect, test } from "vitest";
import { openSession } from "../../../../daemon/engine/index.ts";
import { meanOf } from "../../../../daemon/forecasting/models/forecast.ts";
import type { FitContext, FittedForecaster } from "../../../../daemon/forecasting/models/forecaster.ts";
import { fusion } from "../../../../daemon/forecasting/models/neural/fusion.ts";
import type { Panel } from "../../../../daemon/forecasting/panel/panel.ts";
import { panelOf } from "../../../fixtures/panel.ts";

const [horizon, lookback, length] = [20, 40, 150];

const context: FitContext = {
  horizon,
  gap: 0,
  levels: [0.1, 0.5, 0.9],
  seasons: [],
  seed: 3,
  device: "cpu",
  threads: 1,
  bounds: {},
  signal: new AbortController().signal,
  deadline: Number.POSITIVE_INFINITY,
  onProgress: () => {},
};

/** Sales that follow `price` alone; `noise` is known and `visitors` observed, and neither matters. Shops stand in two regions. */
function shops(): Panel {
  const wave = (index: number, factor: number): number[] =>
    Array.from({ length: length + horizon }, (_, day) => ((day * factor + index * 104_729) % 97) / 97 - 0.5);
  const panel = panelOf(
    [0, 1, 2, 3].map((index) => ({
      key: `shop ${index}`,
      past: wave(index, 7919)
        .slice(0, length)
        .map((price) => 50 - 20 * price),
      known: { price: wave(index, 7919), noise: wave(index, 6131) },
      observed: { visitors: wave(index, 3571).slice(0, length) },
    })),
    horizon,
  );
  return {
    ...panel,
    static: [{ name: "region", values: Float64Array.of(0, 0, 1, 1), categories: ["north", "south"] }],
  };
}

describe("temporal fusion", () => {
  const panel = shops();
  let fitted: FittedForecaster;

  beforeAll(async () => {
    // Windows of 40 and 20 steps do not divide into 16 steps: both ends are padded.
    const options = fusion.options.parse({
      members: 1,
      lookback,
      steps: 200,
      learningRate: 0.004,
      batch: 32,
      units: 16,
    });
    fitted = await fusion.fit(panel, options, context);
  });

  test("says in a note which factors it selected: of the future, the one that matters", () => {
    const note = fitted.notes!.find((text) => text.startsWith("Selection."))!;
    expect(note).toMatch(/past: .*history \d+ %/);
    expect(note).toMatch(/future: price \d+ %/);
    expect(note).toContain("series: region 100 %");
  });

  test("reads long windows in segments: every step follows its own price", async () => {
    const mean = meanOf(await fusion.load(fitted.save()).then((loaded) => loaded.predict(panel, context)), 2);
    const price = panel.known[0]!.values.subarray(panel.offsets[2]! + length, panel.offsets[3]!);
    const error = mean.reduce((sum, value, step) => sum + Math.abs(value - (50 - 20 * price[step]!)), 0) / horizon;
    // A forecast that ignores price is off by 5 on average.
    expect(error).toBeLessThan(2.5);
  });

  test("its exported network gives weights that add up to 1 for past, future and series", async () => {
    const windows = 2;
    const noise = (...shape: number[]) => ({
      type: "float32" as const,
      shape,
      data: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, index) => Math.sin(index * 1.7)),
    });
    const { shape } = fitted.save().state as { shape: { known: number; static: number; gaps: boolean } };
    const session = await openSession(fitted.save().files["network-1.onnx"]!, { device: "cpu", threads: 1 });
    const { selection, forecast } = await session.run({
      past: noise(windows, lookback),
      ...(shape.gaps && { mask: noise(windows, lookback) }),
      pastInputs: noise(windows, lookback, shape.known + 1),
      futureInputs: noise(windows, horizon, shape.known),
      static: noise(windows, shape.static),
    });
    await session.close();
    expect(forecast!.shape).toEqual([windows, horizon, 4]);
    // history, price, noise, calendar, visitors; price, noise, calendar; region.
    expect(selection!.shape).toEqual([windows, 9]);
    const weights = selection!.data as Float32Array;
    for (let row = 0; row < windows; row++) {
      for (const [from, to] of [
        [0, 5],
        [5, 8],
        [8, 9],
      ] as const) {
        const group = weights.subarray(9 * row + from, 9 * row + to);
        expect(group.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 4);
        expect(group.every((weight) => weight > 0)).toBe(true);
      }
    }
  });
});
