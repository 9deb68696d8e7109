import { existsSync } from "node:fs";
import { platform } from "node:os";
import { type Device, type DeviceChoice, devices } from "../../../protocol/devices.ts";
import { inspectDevices } from "./doctor.ts";

/** Device nodes of a GPU on Linux; without any of them a trial could only find a software renderer. */
const gpuNodes = ["/dev/dri/renderD128", "/dev/nvidiactl", "/dev/dxg"];

let working: Promise<readonly Device[]> | undefined;

/**
 * Devices that a run's neural models may be trained on: the one asked for, or with `auto` all that pass the engine's trial on this
 * machine, the CPU first. A machine without a GPU is not tried.
 */
export function trainingDevices(asked: DeviceChoice): Promise<readonly Device[]> {
  if (asked !== "auto") return Promise.resolve([asked]);
  if (platform() === "linux" && !gpuNodes.some((node) => existsSync(node))) return Promise.resolve(["cpu"]);
  working ??= workingDevices();
  return working;
}

async function workingDevices(): Promise<readonly Device[]> {
  const reports = await inspectDevices();
  return devices.filter((one) => one === "cpu" || reports.some(({ device, works }) => works && device === one));
}
