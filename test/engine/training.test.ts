import { describe, expect, test } from "vitest";
import { decodeState, encodeState } from "../../daemon/engine/checkpoint.ts";
import { FallbackTrainer } from "../../daemon/engine/fallback.ts";
import * as engine from "../../daemon/engine/index.ts";
import { tested } from "./backend.ts";
import { drawn, openWave, optimizer, waveTraining, waveValues } from "./models.ts";

const steps = 30;

async function curve(device: engine.Device, count = steps, seed = 1) {
  const trainer = await openWave(device, { seed });
  const losses = await trainer.run(count, drawn(0, count));
  const { state } = trainer;
  await trainer.close();
  return { losses: [...losses], state };
}

describe.each(tested)("training on $device", ({ device, skipped }) => {
  // SwiftShader computes a GPU's shaders on the CPU: a few steps are enough there.
  const count = device === "cpu" ? steps : 6;

  test.skipIf(skipped)("follows the CPU's losses, and repeats its numbers for a seed", async () => {
    const first = await curve(device, count);
    const reference = await curve("cpu", count);
    first.losses.forEach((loss, step) => {
      expect(Math.abs(loss / reference.losses[step]! - 1), `step ${step}`).toBeLessThan(1e-3);
    });
    expect(await curve(device, count)).toEqual(first);
  });
});

// The host makes the keys of random masks, for every device.
test("another seed gives other losses", async () => {
  expect((await curve("cpu", 6, 2)).losses).not.toEqual((await curve("cpu", 6, 1)).losses);
});

test("training lowers the loss", async () => {
  const { losses } = await curve("cpu", 60);
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(mean(losses.slice(-5))).toBeLessThan(mean(losses.slice(0, 5)) / 2);
});

test("a training resumed from its checkpoint ends with the very numbers of an uninterrupted one", async () => {
  const whole = await curve("cpu");
  const first = await openWave("cpu");
  const early = await first.run(11, drawn(0, 11));
  const bytes = encodeState(first.state);
  await first.close();
  const second = await openWave("cpu", { start: decodeState(bytes) });
  const late = await second.run(steps - 11, drawn(11, steps - 11));
  expect([...early, ...late]).toEqual(whole.losses);
  expect(second.state).toEqual(whole.state);
  await second.close();
});

test("a checkpoint that was cut short is refused with what to do", async () => {
  const trainer = await openWave("cpu");
  const bytes = encodeState(trainer.state);
  await trainer.close();
  expect(() => decodeState(bytes.subarray(0, bytes.length - 4))).toThrow(/damaged/);
  expect(() => decodeState(new Uint8Array(2))).toThrow(/damaged/);
});

describe("when the GPU fails", () => {
  const { parameters, loss } = waveTraining();
  const definition = { parameters, loss, optimizer };
  const options = (device: engine.Device, warnings: string[]) => ({
    device,
    threads: 1,
    resident: { series: waveValues },
    schedule: engine.cosine({ rate: 0.01, total: 60, warmup: 5 }),
    seed: 1,
    start: parameters.initial(),
    onWarning: (message: string) => warnings.push(message),
  });

  test("before the first step, training starts on the CPU with a warning", async () => {
    const warnings: string[] = [];
    // The CUDA provider is not part of the npm package, so CUDA fails here as on any machine without it.
    const trainer = await FallbackTrainer.start(definition, options("cuda", warnings));
    expect(trainer.device).toBe("cpu");
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/^Training on cuda failed and goes on with the CPU: /);
    await trainer.close();
  });

  test("between runs, training goes on from the last state and ends with the CPU's numbers", async () => {
    const warnings: string[] = [];
    const opened: engine.Trainer[] = [];
    const trainer = await FallbackTrainer.start(definition, options("webgpu", warnings), async (_device, start) => {
      const next = await engine.Trainer.open(engine.compileTraining(definition), {
        ...options("cpu", warnings),
        start,
      });
      opened.push(next);
      return next;
    });
    const early = await trainer.run(11, drawn(0, 11));
    // A released session fails in its next run as a lost device does.
    await opened[0]!.close();
    const late = await trainer.run(steps - 11, drawn(11, steps - 11));
    expect([...early, ...late]).toEqual((await curve("cpu")).losses);
    expect(trainer.device).toBe("cpu");
    expect(warnings).toHaveLength(1);
    await trainer.close();
  });
});

test("a trial on a device times the actual model, and fails where the device does not work", async () => {
  const { parameters, loss } = waveTraining();
  const options = {
    threads: 1,
    resident: { series: waveValues },
    schedule: engine.constantRate(0.01),
    seed: 1,
    start: parameters.initial(),
  };
  const perStep = (count: number) => drawn(0, count);
  const seconds = await engine.secondsPerStep({ parameters, loss }, { ...options, device: "cpu" }, perStep);
  expect(seconds).toBeGreaterThan(0);
  await expect(engine.secondsPerStep({ parameters, loss }, { ...options, device: "cuda" }, perStep)).rejects.toThrow();
});

describe("AdamW", () => {
  /** One parameter of two values whose gradient is handed in, trained for some steps. */
  async function trained(slopes: readonly number[][], options: engine.OptimizerOptions, rate: number) {
    const parameters = new engine.Parameters(0);
    const weight = parameters.weight("w", [1, 2], Float32Array.of(1, -2));
    const loss = engine.sum(engine.mul(weight, engine.perStep("slope", [1, 2])));
    const trainer = await engine.Trainer.open(engine.compileTraining({ parameters, loss, optimizer: options }), {
      device: "cpu",
      threads: 1,
      resident: {},
      schedule: engine.constantRate(rate),
      seed: 0,
      start: parameters.initial(),
    });
    await trainer.run(slopes.length, { slope: Float32Array.from(slopes.flat()) });
    const result = { weights: [...trainer.weights().get("w")!], state: trainer.state };
    await trainer.close();
    return { ...result, average: options.average === undefined ? [] : [...result.state.arrays.average!] };
  }

  /** The update as the paper writes it, in double precision. */
  function reference(slopes: readonly number[][], rate: number, decay: number, clip: number): number[] {
    const w = [1, -2];
    const m = [0, 0];
    const v = [0, 0];
    slopes.forEach((raw, step) => {
      const norm = Math.hypot(...raw);
      const g = raw.map((value) => value * Math.min(1, clip / norm));
      for (let index = 0; index < 2; index++) {
        m[index] = 0.9 * m[index]! + 0.1 * g[index]!;
        v[index] = 0.999 * v[index]! + 0.001 * g[index]! ** 2;
        const corrected = m[index]! / (1 - 0.9 ** (step + 1));
        const spread = Math.sqrt(v[index]! / (1 - 0.999 ** (step + 1))) + 1e-8;
        w[index] = w[index]! - rate * (corrected / spread + decay * w[index]!);
      }
    });
    return w;
  }

  const slopes = [
    [0.5, -3],
    [2, 0.1],
    [-1, 4],
    [0.2, 0.2],
  ];

  test("follows the paper, with decoupled decay and clipping by the global norm", async () => {
    const { weights } = await trained(slopes, { weightDecay: 0.1, clipNorm: 1.5 }, 0.05);
    reference(slopes, 0.05, 0.1, 1.5).forEach((value, index) => {
      expect(weights[index]).toBeCloseTo(value, 5);
    });
  });

  test("averages the weights exponentially", async () => {
    const { average, weights } = await trained(slopes.slice(0, 1), { average: 0.75 }, 0.05);
    expect(average[0]).toBeCloseTo(0.75 * 1 + 0.25 * weights[0]!, 6);
    expect(average[1]).toBeCloseTo(0.75 * -2 + 0.25 * weights[1]!, 6);
  });
});

describe("schedules", () => {
  test("cosine warms up, peaks and ends at its floor", () => {
    const rate = engine.cosine({ rate: 1, total: 110, warmup: 10, floor: 0.1 });
    expect(rate(0)).toBeCloseTo(0.1);
    expect(rate(9)).toBeCloseTo(1);
    expect(rate(60)).toBeCloseTo(0.55);
    expect(rate(110)).toBeCloseTo(0.1);
    expect(rate(500)).toBeCloseTo(0.1);
  });

  test("one cycle rises to its rate and falls to nearly nothing", () => {
    const rate = engine.oneCycle({ rate: 1, total: 100 });
    expect(rate(0)).toBeCloseTo(0.04);
    expect(rate(30)).toBeCloseTo(1);
    expect(rate(100)).toBeCloseTo(1e-4);
  });
});
