import type { Device } from "../models/forecaster.ts";

/** The device a run's neural models train on. */
export function resolveDevice(asked: "auto" | Device): Promise<Device> {
  return Promise.resolve(asked === "auto" ? "cpu" : asked);
}
