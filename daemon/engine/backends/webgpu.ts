import type { Backend } from "./backend.ts";

/**
 * Any GPU through Dawn (Vulkan, Metal or Direct3D 12). Scattered additions are left out: their order varies between runs.
 * A shader may bind eight storage buffers on every device, a split's input among them.
 */
export const webgpu: Backend = {
  device: "webgpu",
  title: "GPU through WebGPU",
  providers: ["webgpu", "cpu"],
  target: { contrib: false, lookup: "indicator", sign: false, elements: false, keepsResidents: true, splitOutputs: 7 },
};
