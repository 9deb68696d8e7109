import { expect, test } from "vitest";
import type { Checkpoint, FitContext, Forecaster } from "../../../../daemon/forecasting/models/forecaster.ts";
import { mlp } from "../../../../daemon/forecasting/models/neural/mlp.ts";
import { panelOf } from "../../../fixtures/panel.ts";

const horizon = 4;
const panel = panelOf(
  [0, 1, 2].map((index) => ({
    key: `shop ${index}`,
    past: Array.from(
      { length: 90 },
      (_, day) => 50 + index + 10 * Math.sin((2 * Math.PI * day) / 7) + ((day * 37) % 5),
    ),
  })),
  horizon,
);
const model = mlp as Forecaster;
// Rates are tried, dropout draws masks, and there are two networks: every kind of state there is.
const options = model.options.parse({ members: 2, steps: 160, batch: 16, units: 16, dropout: 0.2 });

function context(checkpoint: Checkpoint | undefined, signal = new AbortController().signal): FitContext {
  return {
    horizon,
    gap: 0,
    levels: [0.1, 0.5, 0.9],
    seasons: [7],
    seed: 3,
    device: "cpu",
    threads: 1,
    bounds: {},
    signal,
    deadline: Number.POSITIVE_INFINITY,
    onProgress: () => {},
    ...(checkpoint !== undefined && { checkpoint }),
  };
}

async function forecast(checkpoint?: Checkpoint, signal?: AbortSignal): Promise<Float64Array> {
  const fitted = await model.fit(panel, options, context(checkpoint, signal));
  const { mean, quantiles } = await fitted.predict(panel, context(undefined));
  return Float64Array.from([...mean, ...quantiles]);
}

test("a training that is cut short again and again ends with the numbers of one that was not", async () => {
  const whole = await forecast();
  let saved: Uint8Array | undefined;
  let largest = 0;
  let attempts = 0;
  let found: Float64Array | undefined;
  while (found === undefined) {
    const stop = new AbortController();
    let left = 1 + (attempts++ % 3);
    const checkpoint: Checkpoint = {
      intervalMs: 0,
      load: () => Promise.resolve(saved),
      save: async (state) => {
        saved = state;
        largest = Math.max(largest, state.byteLength);
        if (--left === 0) stop.abort(new Error("cut short"));
      },
    };
    found = await forecast(checkpoint, stop.signal).catch((error: Error) => {
      if (error.message !== "cut short") throw error;
      return undefined;
    });
  }
  expect(attempts).toBeGreaterThan(10);
  expect(found).toEqual(whole);
  // Two networks of a few thousand weights: what is kept does not grow with the number of steps.
  expect(largest).toBeLessThan(500_000);
});

test("a damaged checkpoint costs the progress, not the fit", async () => {
  const damaged = { intervalMs: 0, load: async () => Uint8Array.of(1, 2, 3), save: async () => {} };
  expect(await forecast(damaged)).toEqual(await forecast());
});
