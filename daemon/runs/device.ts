import { existsSync } from "node:fs";
import { platform } from "node:os";
import { inspectDevices } from "../engine/doctor.ts";
import type { Device } from "../models/forecaster.ts";

/** Device nodes of a GPU on Linux; without any of them a trial could only find a software renderer. */
const gpuNodes = ["/dev/dri/renderD128", "/dev/nvidiactl", "/dev/dxg"];

let chosen: Promise<Device> | undefined;

/**
 * The device a run's neural models train on: the one asked for, or with `auto` the one that did the engine's trial fastest on this
 * machine. A machine without a GPU is not tried.
 */
export function resolveDevice(asked: "auto" | Device): Promise<Device> {
  if (asked !== "auto") return Promise.resolve(asked);
  if (platform() === "linux" && !gpuNodes.some((node) => existsSync(node))) return Promise.resolve("cpu");
  chosen ??= fastestDevice();
  return chosen;
}

async function fastestDevice(): Promise<Device> {
  const working = (await inspectDevices()).filter(({ works }) => works);
  const speeds = working.flatMap(({ device, millisecondsPerStep }) =>
    millisecondsPerStep === undefined || device === "directml" || device === "coreml"
      ? []
      : [{ device, millisecondsPerStep }],
  );
  speeds.sort((a, b) => a.millisecondsPerStep - b.millisecondsPerStep);
  return speeds[0]?.device ?? "cpu";
}
