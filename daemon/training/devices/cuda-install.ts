import { spawn } from "node:child_process";
import { arch, platform } from "node:os";
import { join } from "node:path";
import { EngineError } from "../../../protocol/errors.ts";
import { missingCudaFiles, runtimeFolder } from "../../engine/backends/cuda-files.ts";

/** What `installCuda` fetches and needs, for the user to read before. */
export const cudaNotice =
  "Fetches ONNX Runtime's CUDA 12 provider from nuget.org (a package of several hundred megabytes) into the folder of " +
  "onnxruntime-node. It also needs NVIDIA's driver, CUDA 12 and cuDNN 9 on this machine. WebGPU needs none of these.";

/**
 * Fetches the CUDA provider with onnxruntime-node's own install script, of the very version that is installed; its output
 * goes line by line to `onLine`. Only ever on the user's request. Throws EngineError where CUDA is not offered or the
 * download fails.
 */
export async function installCuda(onLine: (line: string) => void): Promise<void> {
  if (platform() !== "linux" || arch() !== "x64") {
    throw new EngineError(`CUDA is offered on Linux x64 only, not on ${platform()} ${arch()}.`, {
      fix: "Train with --device webgpu: it uses the GPU without CUDA.",
    });
  }
  const code = await runScript(join(runtimeFolder(), "script", "install.js"), onLine);
  const missing = missingCudaFiles();
  if (code !== 0 || missing.length > 0) {
    throw new EngineError(
      `The CUDA provider was not installed completely (missing: ${missing.join(", ") || "none"}).`,
      {
        fix: "Check that nuget.org can be reached (GLOBAL_AGENT_HTTPS_PROXY names a proxy) and that the disk has 2 GB free.",
      },
    );
  }
}

function runScript(script: string, onLine: (line: string) => void): Promise<number | null> {
  const child = spawn(process.execPath, [script], {
    env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: "cuda12" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      for (const line of text.split("\n")) if (line.trim() !== "") onLine(line);
    });
  }
  return new Promise((resolve, reject) => {
    child.once("error", reject).once("close", resolve);
  });
}
