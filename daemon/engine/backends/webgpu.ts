import type { Backend } from "./backend.ts";

/** Any GPU through Dawn (Vulkan, Metal or Direct3D 12). Scattered additions are left out: their order varies between runs. */
export const webgpu: Backend = {
  device: "webgpu",
  title: "GPU through WebGPU",
  providers: ["webgpu", "cpu"],
  target: { contrib: false, lookup: "indicator", sign: false },
};
