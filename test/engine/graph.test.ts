import * as web from "onnxruntime-web";
import { describe, expect, test } from "vitest";
import * as engine from "../../daemon/engine/index.ts";
import { modelProto } from "../../daemon/engine/onnx/schema.ts";
import { tested } from "./backend.ts";
import { batch, forward, history, waveTraining, waveValues } from "./models.ts";

/** Values of expressions without parameters. */
async function evaluate(
  values: Readonly<Record<string, engine.Tensor>>,
  options: { device?: engine.Device; steps?: number; perStep?: Record<string, engine.TensorData> } = {},
): Promise<Record<string, engine.TensorData>> {
  const { device = "cpu", steps = 1, perStep = {} } = options;
  const parameters = new engine.Parameters(0);
  const graph = engine.compileEvaluation(parameters, values, device);
  const evaluator = await engine.Evaluator.open(graph, { device, threads: 1, resident: {} });
  const results = await evaluator.run(new Map(), steps, perStep);
  await evaluator.close();
  return results;
}

describe("errors name the operator and the shapes", () => {
  const a = engine.input("a", [64, 12]);
  const b = engine.input("b", [3, 5]);

  test.each([
    ["add: sizes do not broadcast (shapes [64, 12] and [3, 5])", () => engine.add(a, b)],
    ["matmul: inner sizes 12 and 3 differ (shapes [64, 12] and [3, 5])", () => engine.matmul(a, b)],
    [
      "reshape: the sizes do not divide the number of values (shapes [64, 12] and [-1, 5])",
      () => engine.reshape(a, [-1, 5]),
    ],
    ["concat: sizes differ outside axis 1 (shapes [64, 12] and [3, 5])", () => engine.concat([a, b], 1)],
    ["split: the sizes do not add up to axis 1 (shapes [64, 12] and [5, 5])", () => engine.split(a, [5, 5], 1)],
    ["sum", () => engine.sum(a, { axes: [2] })],
    ["expand: only axes of size 1 can be repeated (shapes [64, 12] and [128, 12])", () => engine.expand(a, [128, 12])],
    ["pool: the last size is no multiple of 5 (shapes [64, 12])", () => engine.maxPool(a, 5)],
    ["gather: indices must be int32", () => engine.gather(a, b)],
    ["The loss must be a scalar, not of shape [3, 5]", () => engine.gradients(b, [])],
  ])("%s", (message, build) => {
    expect(build).toThrow(message.startsWith("sum") ? /axis 2 does not exist \(shapes \[64, 12\]\)/ : message);
  });

  test("a parameter that is asked for with two shapes", () => {
    const parameters = new engine.Parameters(0);
    parameters.weight("w", [2, 3], "glorot");
    expect(() => parameters.weight("w", [3, 2], "glorot")).toThrow(/parameter w.*\[2, 3\] and \[3, 2\]/);
  });

  test("a resident tensor of the wrong length", async () => {
    const { parameters, loss } = waveTraining();
    const graph = engine.compileTraining({ parameters, loss });
    const options = {
      device: "cpu",
      threads: 1,
      schedule: engine.constantRate(1),
      seed: 1,
      start: parameters.initial(),
    } as const;
    await expect(
      engine.Trainer.open(graph, { ...options, resident: { series: waveValues.subarray(1) } }),
    ).rejects.toThrow('Input "series" needs 400 values but has 399.');
  });
});

describe.each(tested)("dropout on $device", ({ device, skipped }) => {
  test.skipIf(skipped)("drops its share, differently in every step, place and use", async () => {
    const ones = engine.constant(new Float32Array(4096).fill(1), [64, 64]);
    const values = { a: engine.dropout(ones, 0.3, "a"), b: engine.dropout(ones, 0.3, "b") };
    const key = Int32Array.of(1234, 1235);
    const results = await evaluate(values, { device, steps: 2, perStep: { key } });
    const masks = [results.a!.slice(0, 4096), results.a!.slice(4096), results.b!.slice(0, 4096)] as Float32Array[];
    for (const mask of masks) {
      const kept = mask.filter((value) => value > 0);
      // Five standard deviations of a binomial share.
      expect(Math.abs(kept.length / 4096 - 0.7)).toBeLessThan(0.036);
      expect(kept.every((value) => Math.abs(value - 1 / 0.7) < 1e-6)).toBe(true);
    }
    for (const [left, right] of [
      [0, 1],
      [0, 2],
      [1, 2],
    ] as const) {
      const both = masks[left]!.filter((value, index) => value > 0 && masks[right]![index]! > 0).length / 4096;
      expect(Math.abs(both - 0.49)).toBeLessThan(0.04);
    }
    const neighbours = masks[0]!.filter((value, index) => value > 0 && masks[0]![index + 1]! > 0).length / 4096;
    expect(Math.abs(neighbours - 0.49)).toBeLessThan(0.04);
  });
});

describe("functions", () => {
  const row = (...values: number[]) => engine.constant(Float32Array.from(values), [values.length]);

  test("log Γ agrees with its known values", async () => {
    const { y } = await evaluate({ y: engine.logGamma(row(0.5, 1, 2, 3, 10, 100, 1e-3)) });
    const known = [
      Math.log(Math.PI) / 2,
      0,
      0,
      Math.log(2),
      Math.log(362_880),
      359.134_205_369_575_4,
      6.907_178_885_383_853,
    ];
    known.forEach((value, index) => {
      expect(Math.abs((y![index] as number) - value)).toBeLessThan(2e-6 * Math.max(1, Math.abs(value)));
    });
  });

  test("likelihoods agree with their densities", async () => {
    const student = engine.studentLoss({ location: row(0.5, 1), scale: row(2, 0.3), freedom: row(3, 7.5) }, row(1, -4));
    const counts = engine.negativeBinomialLoss({ mean: row(2.5, 10, 12), dispersion: row(0.4, 2, 0.1) }, row(3, 0, 40));
    const { t, n } = await evaluate({ t: student, n: counts });
    // Negative log-densities in double precision, from Python's math.lgamma.
    expect(t![0]).toBeCloseTo((1.735_274_604_588_9 + 15.212_083_761_690_9) / 2, 4);
    expect(n![0]).toBeCloseTo((1.930_937_865_162 + 1.522_261_218_861_7 + 10.686_728_994_949_3) / 3, 4);
  });

  test("losses weigh and hide values", async () => {
    const [prediction, target] = [row(1, 2, 5), row(2, 0, 0)];
    const weights = row(1, 2, 0);
    const { squared, absolute, quantile, huber, nothing } = await evaluate({
      squared: engine.squaredError(prediction, target, weights),
      absolute: engine.absoluteError(prediction, target, weights),
      quantile: engine.quantileLoss(engine.reshape(prediction, [3, 1]), target, [0.9], weights),
      huber: engine.huber(prediction, target, 1, weights),
      nothing: engine.squaredError(prediction, target, row(0, 0, 0)),
    });
    expect(squared![0]).toBeCloseTo((1 + 2 * 4) / 3, 5);
    expect(absolute![0]).toBeCloseTo((1 + 2 * 2) / 3, 5);
    expect(quantile![0]).toBeCloseTo((0.9 * 1 + 2 * 0.1 * 2) / 3, 5);
    expect(huber![0]).toBeCloseTo((0.5 + 2 * 1.5) / 3, 5);
    expect(nothing![0]).toBe(0);
  });

  test("interpolation holds its ends and is linear between", async () => {
    const { y } = await evaluate({ y: engine.interpolate(engine.constant(Float32Array.of(0, 4), [1, 2]), 4) });
    expect([...(y as Float32Array)]).toEqual([0, 1, 3, 4]);
  });
});

describe("export", () => {
  const { parameters } = waveTraining();
  const window = engine.input("window", ["batch", history]);
  const codes = engine.input("codes", ["batch"], "int32");
  const outputs = { forecast: forward(parameters, window, codes, false) };
  const model = engine.exportModel({ outputs, weights: parameters.initial(), metadata: { made: "for a test" } });
  const feeds = (count: number) =>
    ({
      window: { type: "float32", shape: [count, history], data: waveValues.slice(0, count * history) },
      codes: { type: "int32", shape: [count], data: Int32Array.from({ length: count }, (_, index) => index % 4) },
    }) as const;

  test("uses standard operators only and keeps its metadata", () => {
    const decoded = modelProto.toObject(modelProto.decode(model), { longs: Number }) as {
      opsetImport: unknown;
      metadataProps: unknown;
    };
    expect(decoded.opsetImport).toEqual([{ version: 18 }]);
    expect(decoded.metadataProps).toEqual([{ key: "made", value: "for a test" }]);
  });

  test("serves any batch size, in another build of the runtime too, with the training graph's numbers", async () => {
    const session = await engine.openSession(model, { device: "cpu", threads: 1 });
    const other = await web.InferenceSession.create(model, { executionProviders: ["wasm"] });
    for (const count of [1, 5, batch]) {
      const given = feeds(count);
      const here = (await session.run(given)).forecast!;
      expect(here.shape).toEqual([count, 3]);
      const tensors = Object.entries(given).map(([name, { type, data, shape }]) => [
        name,
        new web.Tensor(type, data, shape),
      ]);
      const there = await other.run(Object.fromEntries(tensors) as Record<string, web.Tensor>);
      here.data.forEach((value, index) => {
        expect(Math.abs(Number(value) - Number(there.forecast!.data[index]))).toBeLessThan(1e-5);
      });
    }
    await session.close();
    await other.release();
    const fixed = forward(
      parameters,
      engine.perStep("window", [batch, history]),
      engine.perStep("codes", [batch], "int32"),
      false,
    );
    const evaluator = await engine.Evaluator.open(engine.compileEvaluation(parameters, { forecast: fixed }), {
      device: "cpu",
      threads: 1,
      resident: {},
    });
    const given = feeds(batch);
    const trained = await evaluator.run(parameters.initial(), 1, {
      window: given.window.data,
      codes: given.codes.data,
    });
    const served = await engine.openSession(model, { device: "cpu", threads: 1 });
    const again = (await served.run(given)).forecast!.data as Float32Array;
    (trained.forecast as Float32Array).forEach((value, index) => {
      expect(Math.abs(value - again[index]!)).toBeLessThan(1e-5);
    });
    await evaluator.close();
    await served.close();
  });

  test("refuses a graph that still needs training inputs", () => {
    const dropped = engine.dropout(engine.input("x", [2, 3]), 0.5, "here");
    expect(() => engine.exportModel({ outputs: { dropped }, weights: new Map() })).toThrow(/training input "key"/);
    const input = engine.add(window, engine.resident("panel", [1, 1]));
    expect(() => engine.exportModel({ outputs: { input }, weights: new Map() })).toThrow(/training input "panel"/);
  });
});
