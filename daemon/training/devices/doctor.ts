import { existsSync } from "node:fs";
import { cpus, platform } from "node:os";
import { type Device, devices } from "../../../protocol/devices.ts";
import { EngineError } from "../../../protocol/errors.ts";
import { missingCudaFiles } from "../../engine/backends/cuda-files.ts";
import { Subprocess } from "../workers/processes.ts";
import { programFile } from "../workers/program-file.ts";
import { type ProbeResult, probeContract } from "./probe-contract.ts";

/** What one device of this machine can do. */
export interface DeviceReport {
  readonly device: Device | "directml" | "coreml";
  readonly title: string;
  readonly works: boolean;
  /** One sentence: how fast the trial was, or why the device does not work. */
  readonly detail: string;
  /** What to do to make it work, where something can be done. */
  readonly fix?: string;
  /** Time of a training step in the trial, where it worked. */
  readonly millisecondsPerStep?: number;
}

/** Longest time that a probe may take; a first GPU run compiles shaders. */
const probeTimeoutMs = 60_000;

/** Heap limit of a probe, in MiB. */
const probeMemoryMiB = 1024;

/** Tries every device in a process of its own and says what works and why not, with the fix. */
export async function inspectDevices(): Promise<DeviceReport[]> {
  const reports: DeviceReport[] = [];
  for (const device of devices) reports.push(await inspections[device]());
  if (platform() === "win32") reports.push(unused("directml", "DirectML", "WebGPU covers the same GPUs."));
  if (platform() === "darwin") reports.push(unused("coreml", "Core ML", "It cannot run training loops; WebGPU can."));
  return reports;
}

const inspections: Readonly<Record<Device, () => Promise<DeviceReport>>> = {
  cpu: inspectCpu,
  webgpu: inspectWebgpu,
  cuda: inspectCuda,
};

async function inspectCpu(): Promise<DeviceReport> {
  const result = await probe("cpu");
  const title = `CPU (${cpus().length} × ${cpus()[0]?.model.trim() ?? "unknown"})`;
  if (result.works) return { device: "cpu", title, works: true, ...speed(result) };
  return {
    device: "cpu",
    title,
    works: false,
    detail: result.reason,
    fix: "Install the package again: npm install onnxruntime-node (its prebuilt runtime needs x64 or arm64 and glibc).",
  };
}

async function inspectWebgpu(): Promise<DeviceReport> {
  const result = await probe("webgpu");
  const base = { device: "webgpu", title: "GPU through WebGPU" } as const;
  if (result.works) return { ...base, works: true, ...speed(result) };
  return { ...base, works: false, detail: result.reason, fix: webgpuFix() };
}

function webgpuFix(): string {
  if (platform() !== "linux") return "Update the GPU's driver; a machine without a GPU trains on the CPU.";
  const loader = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib"].some((folder) =>
    existsSync(`${folder}/libvulkan.so.1`),
  );
  if (!loader) return "Install the Vulkan loader (Debian and Ubuntu: apt install libvulkan1) and the GPU's driver.";
  return "Install the GPU's Vulkan driver (Debian and Ubuntu: mesa-vulkan-drivers, or NVIDIA's driver with libGL).";
}

async function inspectCuda(): Promise<DeviceReport> {
  const base = { device: "cuda", title: "NVIDIA GPU through CUDA" } as const;
  if (platform() !== "linux" || process.arch !== "x64") {
    return { ...base, works: false, detail: "CUDA is offered on Linux x64 only; WebGPU covers NVIDIA GPUs elsewhere." };
  }
  if (!existsSync("/dev/nvidiactl") && !existsSync("/dev/dxg")) {
    return {
      ...base,
      works: false,
      detail: "No NVIDIA GPU with a loaded driver was found (/dev/nvidiactl is missing).",
    };
  }
  const missing = missingCudaFiles();
  if (missing.length > 0) {
    return { ...base, works: false, detail: `Not installed: ${missing.join(", ")}.`, fix: "Run almanac gpu install." };
  }
  const result = await probe("cuda");
  if (result.works) return { ...base, works: true, ...speed(result) };
  const fix = "Install CUDA 12 with cuBLAS, cuFFT, cuRAND and cuDNN 9 so that the system's loader finds them.";
  return { ...base, works: false, detail: result.reason, fix };
}

function unused(device: "directml" | "coreml", title: string, why: string): DeviceReport {
  return { device, title, works: false, detail: `The runtime has it, but Almanac does not train with it. ${why}` };
}

function speed({ millisecondsPerStep, runtime }: { millisecondsPerStep: number; runtime: string }): {
  detail: string;
  millisecondsPerStep: number;
} {
  const detail = `Works: ${millisecondsPerStep.toFixed(2)} ms a training step of the trial (onnxruntime ${runtime}).`;
  return { detail, millisecondsPerStep };
}

/** Runs the probe in a child process, so that a driver that crashes takes nothing else down. */
async function probe(device: Device): Promise<ProbeResult> {
  const entry = programFile("training/devices/probe");
  const process = new Subprocess(probeContract, { entry, title: `The trial on ${device}`, memoryMiB: probeMemoryMiB });
  const deadline = new AbortController();
  const timer = setTimeout(
    () => deadline.abort(new EngineError(`The trial on ${device} did not end.`)),
    probeTimeoutMs,
  );
  try {
    return await process.ask("probe", device, { signal: deadline.signal, graceMs: 0 });
  } catch (error) {
    return { works: false, reason: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
    process.kill();
  }
}
