import { createHash } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { arch, cpus, hostname, platform } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { devices } from "../../../protocol/devices.ts";
import type { Device } from "../../engine/backends/backend.ts";

export interface DeviceChoice {
  readonly device: Device;
  /** Seconds a step on each device that worked in the trial. */
  readonly seconds: Readonly<Partial<Record<Device, number>>>;
  /** Why a device did not work. */
  readonly failures: Readonly<Partial<Record<Device, string>>>;
}

export interface DeviceQuestion {
  /** What is trained: anything that its speed depends on, such as model name, sizes and batch. */
  readonly model: string;
  /** Devices to try, in order; of equally fast ones the first is chosen. */
  readonly candidates: readonly Device[];
  /** Folder that remembers choices. */
  readonly folder: string;
  /** Trains a few steps of the actual model and returns the seconds of one; rejects when the device does not work. */
  readonly trial: (device: Device) => Promise<number>;
}

const remembered = z.object({
  device: z.enum(devices),
  seconds: z.partialRecord(z.enum(devices), z.number()),
  failures: z.partialRecord(z.enum(devices), z.string()),
});

/**
 * The fastest device that works for a model on this machine: measured once, then read from `folder`.
 * Rejects with the last device's error when none works.
 */
export async function chooseDevice(question: DeviceQuestion): Promise<DeviceChoice> {
  const file = join(question.folder, `${keyOf(question)}.json`);
  const known = await recall(file);
  if (known !== undefined) return known;
  const choice = await measure(question);
  await remember(file, question.folder, choice);
  return choice;
}

async function measure({ candidates, trial }: DeviceQuestion): Promise<DeviceChoice> {
  const seconds: Partial<Record<Device, number>> = {};
  const failures: Partial<Record<Device, string>> = {};
  let last: unknown;
  for (const device of candidates) {
    try {
      seconds[device] = await trial(device);
    } catch (error) {
      last = error;
      failures[device] = error instanceof Error ? error.message : String(error);
    }
  }
  const working = candidates.filter((device) => seconds[device] !== undefined);
  if (working.length === 0) throw last;
  const device = working.reduce((best, each) => (seconds[each]! < seconds[best]! ? each : best));
  return { device, seconds, failures };
}

/** One file a model, set of candidates and machine. */
function keyOf({ model, candidates }: DeviceQuestion): string {
  const machine = [hostname(), platform(), arch(), cpus()[0]?.model, cpus().length];
  return createHash("sha256")
    .update(JSON.stringify([model, candidates, machine]))
    .digest("hex")
    .slice(0, 24);
}

/** A choice on disk; a file that is missing or damaged is measured anew. */
async function recall(file: string): Promise<DeviceChoice | undefined> {
  try {
    const { device, seconds, failures } = remembered.parse(JSON.parse(await readFile(file, "utf8")));
    return { device, seconds: seconds as DeviceChoice["seconds"], failures: failures as DeviceChoice["failures"] };
  } catch {
    return undefined;
  }
}

async function remember(file: string, folder: string, choice: DeviceChoice): Promise<void> {
  await mkdir(folder, { recursive: true });
  const partial = `${file}.${process.pid}`;
  await writeFile(partial, JSON.stringify(choice));
  await rename(partial, file);
}
