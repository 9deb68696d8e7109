import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { arch, platform } from "node:os";
import { dirname, join } from "node:path";
import { platformPackage } from "./runtime-package.ts";

/** Libraries of the CUDA provider that the npm package leaves out because of their size. */
const cudaFiles = ["libonnxruntime_providers_cuda.so", "libonnxruntime_providers_shared.so"];

/** Folder of the installed package that holds ONNX Runtime. Throws an error if none is installed. */
export function runtimeFolder(): string {
  const { resolve } = createRequire(import.meta.url);
  try {
    return dirname(resolve("onnxruntime-node/package.json"));
  } catch {
    return dirname(resolve(`${platformPackage(`${platform()}-${arch()}`)}/package.json`));
  }
}

/** Names of the CUDA provider's files that are not installed. */
export function missingCudaFiles(): string[] {
  const folder = join(runtimeFolder(), "bin", "napi-v6", platform(), arch());
  return cudaFiles.filter((file) => !existsSync(join(folder, file)));
}
