import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { platformPackage } from "../../daemon/engine/backends/runtime-package.ts";
import { command } from "./command.ts";
import { nativeModules } from "./native.ts";
import { type Places, root } from "./places.ts";
import { stage, writeJson } from "./stage.ts";
import { partsOf, type Target, targets } from "./targets.ts";

/** Keys of the repository's package.json that the published package has too. */
const kept = ["name", "description", "license", "type", "bin", "exports", "keywords", "dependencies"] as const;

/** Platforms that ONNX Runtime has a library for. */
const withRuntime = targets.filter((target) => target !== "darwin-x64");

/**
 * Packs `almanac-forecast`: the bundled command, the pages and the library. DuckDB and SQLite are its dependencies; ONNX
 * Runtime comes by optional packages of one platform each, of which npm installs the fitting one. Returns the path.
 */
export function packMain(places: Places): string {
  const parts = ["dist/library", "protocol/generated/experiment.schema.json"];
  const folder = stage(places, "npm", parts);
  cpSync(join(root, "README.md"), join(folder, "README.md"));
  const own = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const runtimes = withRuntime.map((target) => [platformPackage(target), places.version]);
  writeJson(join(folder, "package.json"), {
    ...Object.fromEntries(kept.map((key) => [key, own[key]])),
    version: places.version,
    engines: { node: ">=22.18" },
    optionalDependencies: Object.fromEntries(runtimes),
  });
  return pack(places, folder);
}

/** Packs ONNX Runtime for one platform. Returns the path, or undefined if ONNX Runtime does not support the platform. */
export function packRuntime(places: Places, target: Target): string | undefined {
  const runtime = join(nativeModules(places, target), "onnxruntime-node");
  if (!existsSync(runtime)) return undefined;
  const folder = join(places.work, `npm-${target}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  cpSync(runtime, folder, { recursive: true });
  const { main, license, dependencies, version } = JSON.parse(readFileSync(join(runtime, "package.json"), "utf8"));
  const { os, cpu } = partsOf(target);
  writeJson(join(folder, "package.json"), {
    name: platformPackage(target),
    version: places.version,
    description: `ONNX Runtime ${version} for Almanac on ${target}, from the package onnxruntime-node.`,
    license,
    main,
    os: [os],
    cpu: [cpu],
    ...(os === "linux" ? { libc: ["glibc"] } : {}),
    dependencies,
  });
  return pack(places, folder);
}

function pack(places: Places, folder: string): string {
  const flags = ["--json", "--ignore-scripts", "--pack-destination", places.out];
  const [{ filename }] = JSON.parse(command("npm", ["pack", ...flags], { cwd: folder }));
  rmSync(folder, { recursive: true });
  return join(places.out, filename);
}
