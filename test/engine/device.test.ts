import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Device } from "../../daemon/engine/backends/backend.ts";
import { chooseDevice } from "../../daemon/training/devices/choose-device.ts";
import { inspectDevices } from "../../daemon/training/devices/doctor.ts";

const run = promisify(execFile);

describe("choosing a device", () => {
  let folder: string;
  const speeds: Partial<Record<Device, number>> = { cpu: 0.02, webgpu: 0.01 };
  const tried: Device[] = [];
  const question = (model: string) => ({
    model,
    candidates: ["cpu", "webgpu", "cuda"] as const,
    folder,
    trial: async (device: Device) => {
      tried.push(device);
      const seconds = speeds[device];
      if (seconds === undefined) throw new Error(`no ${device} here`);
      return seconds;
    },
  });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "devices-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test("takes the fastest that works, and says why another does not", async () => {
    expect(await chooseDevice(question("gru 64"))).toEqual({
      device: "webgpu",
      seconds: { cpu: 0.02, webgpu: 0.01 },
      failures: { cuda: "no cuda here" },
    });
  });

  test("remembers the choice for a model, and measures another model", async () => {
    tried.length = 0;
    expect((await chooseDevice(question("gru 64"))).device).toBe("webgpu");
    expect(tried).toEqual([]);
    await chooseDevice(question("gru 128"));
    expect(tried).toEqual(["cpu", "webgpu", "cuda"]);
  });

  test("measures again when what it remembered is damaged", async () => {
    for (const file of await readdir(folder)) await writeFile(join(folder, file), "{");
    tried.length = 0;
    await chooseDevice(question("gru 64"));
    expect(tried).toHaveLength(3);
  });

  test("fails with the device's words when none works", async () => {
    const none = { ...question("lstm"), candidates: ["cuda"] as const };
    await expect(chooseDevice(none)).rejects.toThrow("no cuda here");
  });
});

test("the doctor finds the CPU working and gives a reason for every device that does not", async () => {
  const reports = await inspectDevices();
  expect(reports.find(({ device }) => device === "cpu")).toMatchObject({ works: true });
  expect(reports.map(({ device }) => device)).toEqual(expect.arrayContaining(["cpu", "webgpu", "cuda"]));
  for (const report of reports) expect(report.detail.length, report.device).toBeGreaterThan(10);
});

test("a panel of a gigabyte trains within three", async () => {
  const { stdout } = await run(process.execPath, [join(import.meta.dirname, "large-panel.ts")]);
  const { loss, peakBytes, panelBytes } = JSON.parse(stdout) as { loss: number; peakBytes: number; panelBytes: number };
  expect(panelBytes).toBeGreaterThanOrEqual(1e9);
  expect(loss).toBeLessThan(1);
  expect(peakBytes).toBeLessThan(3e9);
});
