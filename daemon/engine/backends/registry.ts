import type { Backend, Device } from "./backend.ts";
import { cpu } from "./cpu.ts";
import { cuda } from "./cuda.ts";
import { webgpu } from "./webgpu.ts";

/** Every back end by device. */
export const backends: Readonly<Record<Device, Backend>> = { cpu, webgpu, cuda };
