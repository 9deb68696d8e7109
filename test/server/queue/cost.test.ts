import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { energyCounters, gpuSeconds, joulesBetween } from "../../../daemon/server/queue/cost.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "almanac-energy-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(counter: string, microjoules: number): void {
  mkdirSync(join(folder, counter), { recursive: true });
  writeFileSync(join(folder, counter, "energy_uj"), `${microjoules}\n`);
  writeFileSync(join(folder, counter, "max_energy_range_uj"), "10000000\n");
}

test("energy is that of the packages, a counter that starts anew included, and not told where there is none", () => {
  expect(joulesBetween(energyCounters(join(folder, "none")), energyCounters(folder))).toBeUndefined();
  write("intel-rapl:0", 1_000_000);
  write("intel-rapl:0:0", 1_000);
  write("intel-rapl:1", 9_500_000);
  const before = energyCounters(folder);
  write("intel-rapl:0", 3_500_000);
  write("intel-rapl:0:0", 900_000);
  write("intel-rapl:1", 500_000);
  expect(joulesBetween(before, energyCounters(folder))).toBeCloseTo(3.5, 10);
});

test("seconds on a GPU are those of the models that ran there", () => {
  const row = (device: string | null, fitSeconds: number | null) => ({ device, fitSeconds, predictSeconds: 1 });
  expect(gpuSeconds([row("cpu", 5), row("webgpu", 7), row("cuda", null), row(null, 3)])).toBe(9);
});
