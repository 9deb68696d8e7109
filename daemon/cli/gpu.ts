import type { Command } from "commander";
import { carryOut, interruptSignal, outputOf, withCommonOptions } from "./context.ts";

/** `almanac gpu install`: the CUDA libraries, on request only. */
export function register(program: Command): void {
  const gpu = program.command("gpu").description("libraries for training on an NVIDIA GPU through CUDA");
  withCommonOptions(
    gpu.command("install").description("fetch ONNX Runtime's CUDA provider; WebGPU needs no installation"),
  ).action(async (given: unknown) => {
    const output = outputOf(given);
    await carryOut(output, interruptSignal(), async () => {
      const { cudaNotice, installCuda } = await import("../training/devices/cuda-install.ts");
      const { missingCudaFiles } = await import("../engine/backends/cuda-files.ts");
      if (missingCudaFiles().length > 0) {
        output.note(cudaNotice);
        await installCuda((line) => output.note(line));
      }
      output.say("The CUDA provider is installed. `almanac doctor` says whether it works.");
      output.document({ installed: true });
      return undefined;
    });
  });
}
