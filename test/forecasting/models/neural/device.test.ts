import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type {
  Device,
  FitContext,
  FittedForecaster,
  Forecaster,
} from "../../../../daemon/forecasting/models/forecaster.ts";
import { mlp } from "../../../../daemon/forecasting/models/neural/mlp.ts";
import { deviceChooser } from "../../../../daemon/training/devices/device-chooser.ts";
import { tested } from "../../../engine/backend.ts";
import { panelOf } from "../../../fixtures/panel.ts";

const { skipped } = tested.find(({ device }) => device === "webgpu")!;
const panel = panelOf([{ past: Array.from({ length: 80 }, (_, day) => 30 + 8 * Math.sin(day)) }], 3);
const model = mlp as Forecaster;

let home: string;
const before = process.env.ALMANAC_HOME;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "almanac-devices-"));
  process.env.ALMANAC_HOME = home;
});
afterAll(async () => {
  if (before === undefined) delete process.env.ALMANAC_HOME;
  else process.env.ALMANAC_HOME = before;
  await rm(home, { recursive: true, force: true });
});

function fit(chooseDevice: NonNullable<FitContext["chooseDevice"]>): Promise<FittedForecaster> {
  const options = { members: 1, steps: 20, learningRate: 0.002, batch: 8, layers: 0 };
  return model.fit(panel, model.options.parse(options), {
    horizon: 3,
    gap: 0,
    levels: [0.1, 0.5, 0.9],
    seasons: [],
    seed: 1,
    device: "cpu",
    threads: 1,
    bounds: {},
    signal: new AbortController().signal,
    deadline: Number.POSITIVE_INFINITY,
    onProgress: () => {},
    chooseDevice,
  });
}

test("trains where the network itself was fastest in a trial, and remembers that for this network", async () => {
  const choose = deviceChooser(["cpu", "webgpu"], 1);
  const tried: Device[] = [];
  const watched: typeof choose = (named, trial) =>
    choose(named, (device) => {
      tried.push(device);
      return trial(device);
    });
  const fitted = await fit(watched);
  expect(tried).toEqual(["cpu", "webgpu"]);
  const [file] = await readdir(join(home, "devices"));
  const { device, seconds } = JSON.parse(await readFile(join(home, "devices", file!), "utf8")) as {
    device: Device;
    seconds: Partial<Record<Device, number>>;
  };
  expect(fitted.device).toBe(device);
  expect(seconds.cpu).toBeGreaterThan(0);
  if (skipped === undefined) expect(seconds.webgpu).toBeGreaterThan(0);

  await fit(watched);
  expect(tried).toEqual(["cpu", "webgpu"]);
});

test.skipIf(skipped !== undefined)(
  "trains on the GPU that was chosen, with the CPU's numbers but for rounding",
  async () => {
    const sizes = { horizon: 3, gap: 0, levels: [0.1, 0.5, 0.9], bounds: {}, threads: 1 };
    const context = { ...sizes, device: "cpu" as const, signal: new AbortController().signal };
    const [gpu, cpu] = [await fit(async () => "webgpu"), await fit(async () => "cpu")];
    expect(gpu.device).toBe("webgpu");
    expect(gpu.warnings).toEqual([]);
    const [a, b] = [await gpu.predict(panel, context), await cpu.predict(panel, context)];
    a.mean.forEach((value, step) => {
      expect(Math.abs(value - b.mean[step]!)).toBeLessThan(0.01 * Math.abs(b.mean[step]!));
    });
  },
);
