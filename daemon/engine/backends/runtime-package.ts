import { EngineError } from "../../../protocol/errors.ts";

type Runtime = typeof import("onnxruntime-node");

/** Platforms that ONNX Runtime has a native library for, as Node names them. */
const supported = ["darwin-arm64", "linux-arm64", "linux-x64", "win32-arm64", "win32-x64"];

/** Imports a package by its name. */
type Importer = (name: string) => Promise<unknown>;

/** The package that holds ONNX Runtime for one platform alone; what npm installs is smaller by the other platforms. */
export function platformPackage(platform: string): string {
  return `almanac-forecast-${platform}`;
}

/**
 * Imports ONNX Runtime from its own package, or from the one of this platform. `load` imports the latter; tests replace
 * both imports. Throws an EngineError that says what to install if neither is there, or if no library exists for this
 * platform.
 */
export async function importRuntime(
  own: () => Promise<Runtime> = () => import("onnxruntime-node"),
  load: Importer = (name) => import(name),
): Promise<Runtime> {
  const platform = `${process.platform}-${process.arch}`;
  const name = platformPackage(platform);
  try {
    // SAFETY: the package of a platform is a copy of onnxruntime-node (scripts/release/npm-packages.ts).
    return await own().catch((error: unknown) => {
      if (isMissing(error, "onnxruntime-node")) return load(name) as Promise<Runtime>;
      throw error;
    });
  } catch (cause) {
    if (!supported.includes(platform)) throw withoutLibrary(platform, cause);
    if (!isMissing(cause, name)) throw cause;
    throw new EngineError(`ONNX Runtime, which trains networks, is not installed: the package ${name} is missing.`, {
      fix: `Install Almanac again without omitting optional packages, or leave networks out.`,
      cause,
    });
  }
}

function withoutLibrary(platform: string, cause: unknown): EngineError {
  return new EngineError(`ONNX Runtime, which trains networks, has no library for ${platform}.`, {
    fix: "Leave networks out, or let them train on another machine with `train.on`.",
    cause,
  });
}

/** Whether an import failed because the package itself is not installed. */
function isMissing(error: unknown, name: string): boolean {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return (code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND") && String(error).includes(`'${name}'`);
}
