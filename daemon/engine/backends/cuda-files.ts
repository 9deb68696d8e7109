import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { arch, platform } from "node:os";
import { dirname, join } from "node:path";

/** Libraries of the CUDA provider that the npm package leaves out because of their size. */
const cudaFiles = ["libonnxruntime_providers_cuda.so", "libonnxruntime_providers_shared.so"];

/** Folder of the installed onnxruntime-node package. */
export function runtimeFolder(): string {
  return dirname(createRequire(import.meta.url).resolve("onnxruntime-node/package.json"));
}

/** Names of the CUDA provider's files that are not installed. */
export function missingCudaFiles(): string[] {
  const folder = join(runtimeFolder(), "bin", "napi-v6", platform(), arch());
  return cudaFiles.filter((file) => !existsSync(join(folder, file)));
}
