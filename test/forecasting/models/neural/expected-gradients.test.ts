import { describe, expect, test } from "vitest";
import { openSession } from "../../../../daemon/engine/index.ts";
import { meanOf, quantileOf } from "../../../../daemon/forecasting/models/forecast.ts";
import type {
  Attribution,
  FittedForecaster,
  Forecaster,
  SavedForecaster,
} from "../../../../daemon/forecasting/models/forecaster.ts";
import type { GradientAttribution } from "../../../../daemon/forecasting/models/neural/expected-gradients.ts";
import {
  derivativeBatch,
  directionName,
  exportedInputs,
} from "../../../../daemon/forecasting/models/neural/exported.ts";
import { fusion } from "../../../../daemon/forecasting/models/neural/fusion.ts";
import { mixer } from "../../../../daemon/forecasting/models/neural/mixer.ts";
import { mlp } from "../../../../daemon/forecasting/models/neural/mlp.ts";
import { recurrent } from "../../../../daemon/forecasting/models/neural/recurrent.ts";
import { uniformStream } from "../../../../daemon/forecasting/numerics/random.ts";
import { contextFor, demandPanel, horizon } from "../demand-panel.ts";

const models: Forecaster[] = [mlp, recurrent, mixer, fusion] as Forecaster[];
const { panel } = demandPanel({ past: 120 });
const options = { steps: 60, members: 1, learningRate: 0.005, lookback: 14, units: 16, batch: 32 };

const fits = new Map<string, Promise<FittedForecaster>>();

/** Each network is trained once. */
function fit(model: Forecaster): Promise<FittedForecaster> {
  if (!fits.has(model.name)) fits.set(model.name, model.fit(panel, model.options.parse(options), contextFor()));
  return fits.get(model.name)!;
}

const request = { ...contextFor(), series: [0, 3], samples: 64, seed: 5 };

/** Shape that a saved network was trained for. */
function shapeOf({ state }: SavedForecaster) {
  const { shape } = state as { shape: Parameters<typeof exportedInputs>[0] };
  return shape;
}

describe.each(models.map((model) => [model.name, model] as const))("%s", (_, model) => {
  test("its derivative is that of the network along any direction", async () => {
    const saved = (await fit(model)).save();
    const shape = shapeOf(saved);
    const place = { device: "cpu", threads: 1 } as const;
    const network = await openSession(saved.files["network-1.onnx"]!, place);
    const derivative = await openSession(saved.files["derivative-1.onnx"]!, place);
    const next = uniformStream(3);
    const step = 2e-3;
    const random = (size: number) => Float32Array.from({ length: size }, () => 2 * next() - 1);
    const inputs = exportedInputs(shape).map(({ name, sizes }) => {
      const size = derivativeBatch * sizes.reduce((product, each) => product * each, 1);
      return { name, shape: [derivativeBatch, ...sizes], at: random(size), along: random(size) };
    });
    const run = async (shift: number) => {
      const feeds = inputs.map(({ name, shape: sizes, at, along }) => {
        return [
          name,
          { type: "float32", shape: sizes, data: at.map((value, i) => value + shift * along[i]!) },
        ] as const;
      });
      return (await network.run(Object.fromEntries(feeds))).forecast!.data as Float32Array;
    };
    const feeds = inputs.flatMap(({ name, shape: sizes, at, along }) => [
      [name, { type: "float32", shape: sizes, data: at }] as const,
      [directionName(name), { type: "float32", shape: sizes, data: along }] as const,
    ]);
    const change = (await derivative.run(Object.fromEntries(feeds))).change!.data as Float32Array;
    const [before, after] = [await run(-step), await run(step)];
    let [error, size] = [0, 0];
    change.forEach((value, i) => {
      error += (value - (after[i]! - before[i]!) / (2 * step)) ** 2;
      size += value ** 2;
    });
    // Kinks of the activations lie within some of the differences.
    expect(Math.sqrt(error / size)).toBeLessThan(0.03);
    await network.close();
    await derivative.close();
  });

  test("contributions add up to the mean and to a quantile; the paths miss less than a hundredth", async () => {
    const fitted = await fit(model);
    const forecast = await fitted.predict(panel, contextFor());
    const mean = (await fitted.attribute!(panel, request)) as GradientAttribution;
    const upper = await fitted.attribute!(panel, { ...request, level: 0.9 });
    expect(mean.missed).toBeLessThan(0.01);
    request.series.forEach((series, row) => {
      for (let at = 0; at < horizon; at++) {
        expect(sumAt(mean, row, at)).toBeCloseTo(meanOf(forecast, series)[at]!, 2);
        // Where the network crosses its quantiles, the forecast sorts them.
        expect(Math.abs(sumAt(upper, row, at) - quantileOf(forecast, series, 2)[at]!)).toBeLessThan(1);
      }
    });
    expect(mean.exact).toBe(false);
    expect(mean.standardError!.some((error) => error > 0)).toBe(true);
  });
});

test("agrees with sampled Shapley values on what matters, and gives the same numbers twice", async () => {
  const fitted = await fit(mlp as Forecaster);
  const saved = fitted.save();
  const { "derivative-1.onnx": _, ...files } = saved.files;
  const reference = await mlp.load({ ...saved, files });
  const gradients = await fitted.attribute!(panel, request);
  const sampled = await reference.attribute!(panel, request);
  expect(gradients.factors).toEqual(sampled.factors);
  expect((await fitted.attribute!(panel, request)).contributions).toEqual(gradients.contributions);
  // Around the mean over the steps: the two differ in what they compare with.
  const [own, other] = [centred(gradients, "price"), centred(sampled, "price")];
  const product = own.reduce((sum, value, i) => sum + value * other[i]!, 0);
  const correlation = product / Math.hypot(...own) / Math.hypot(...other);
  expect(correlation).toBeGreaterThan(0.95);
});

test("a model held open answers as one that is not, and lets go", async () => {
  const fitted = await fit(mlp as Forecaster);
  const open = await fitted.open!({ device: "cpu", threads: 1 });
  expect((await open.predict(panel, contextFor())).mean).toEqual((await fitted.predict(panel, contextFor())).mean);
  expect((await open.attribute!(panel, request)).contributions).toEqual(
    (await fitted.attribute!(panel, request)).contributions,
  );
  await open.close!();
});

function sumAt({ factors, baseline, contributions }: Attribution, row: number, step: number): number {
  const cell = row * horizon + step;
  const own = contributions.subarray(cell * factors.length, (cell + 1) * factors.length);
  return own.reduce((sum, value) => sum + value, baseline[cell]!);
}

function centred({ factors, contributions }: Attribution, factor: string): number[] {
  const column = factors.indexOf(factor);
  const values = Array.from({ length: contributions.length / factors.length }, (_, cell) => {
    return contributions[cell * factors.length + column]!;
  });
  return values.map((value, cell) => {
    const row = Math.floor(cell / horizon);
    const own = values.slice(row * horizon, (row + 1) * horizon);
    return value - own.reduce((sum, each) => sum + each, 0) / horizon;
  });
}
