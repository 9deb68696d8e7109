import { existsSync } from "node:fs";
import { constants } from "node:os";
import type { Device } from "../../daemon/engine/backends/backend.ts";

const folder = "/usr/lib/chromium";

/** Keeps a library loaded when closing it is asked for (glibc's RTLD_NODELETE; Node names only the others). */
const keepLoaded = 0x1000;

/** Back ends that the suite runs on, with the reason for one that this machine cannot run. */
export const tested: readonly { device: Device; skipped: string | undefined }[] = [
  { device: "cpu", skipped: undefined },
  { device: "webgpu", skipped: prepareSwiftShader() },
];

/**
 * Makes WebGPU run without a GPU on SwiftShader, as Debian's package `chromium` brings it: must come before the runtime
 * is loaded. Chromium's Vulkan loader is in no folder that the system searches, so it is loaded here by path; it is no
 * Node module, hence the error that is expected.
 */
function prepareSwiftShader(): string | undefined {
  const driver = `${folder}/vk_swiftshader_icd.json`;
  if (process.env.VK_DRIVER_FILES === undefined && !existsSync(driver)) {
    return "no SwiftShader here: install Debian's package chromium";
  }
  process.env.VK_DRIVER_FILES ??= driver;
  process.env.XDG_RUNTIME_DIR ??= "/tmp";
  try {
    process.dlopen({ exports: {} }, `${folder}/libvulkan.so.1`, constants.dlopen.RTLD_NOW | keepLoaded);
  } catch {
    return undefined;
  }
  return undefined;
}
