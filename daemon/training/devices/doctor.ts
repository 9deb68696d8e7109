import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { cpus, platform } from "node:os";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { type Device, devices } from "../../../protocol/devices.ts";
import { missingCudaFiles } from "../../engine/backends/cuda-files.ts";

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

const probeResult = z.union([
  z.object({ works: z.literal(true), millisecondsPerStep: z.number(), runtime: z.string() }),
  z.object({ works: z.literal(false), reason: z.string() }),
]);

/** Longest time that a probe may take; a first GPU run compiles shaders. */
const probeTimeoutMs = 60_000;

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
function probe(device: Device): Promise<z.infer<typeof probeResult>> {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const entry = fileURLToPath(new URL(`./probe.${extension}`, import.meta.url));
  return new Promise((resolve) => {
    execFile(process.execPath, [entry, device], { timeout: probeTimeoutMs }, (error, stdout, stderr) => {
      const line = stdout.trim().split("\n").at(-1) ?? "";
      const parsed = probeResult.safeParse(line.startsWith("{") ? JSON.parse(line) : undefined);
      if (parsed.success) return resolve(parsed.data);
      const words = stderr.trim().split("\n").at(-1) || error?.message || "no answer";
      resolve({ works: false, reason: `The trial on ${device} ended early: ${words}` });
    });
  });
}
