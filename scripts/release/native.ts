import { cpSync, existsSync, globSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { command } from "./command.ts";
import { type Places, root } from "./places.ts";
import { partsOf, type Target } from "./targets.ts";
import { thinFile } from "./thin.ts";

/** Files that no program loads. */
const unused = [
  "**/*.{ts,mts,cts,map,flow,c,cc,cpp,h,gyp,gypi,tsbuildinfo}",
  "**/{README,CHANGELOG,HISTORY,CONTRIBUTING}*",
  "**/{test,tests,__tests__,docs,example,examples,.github}",
  "better-sqlite3/{deps,src}",
  "node-addon-api",
  "onnxruntime-common/{lib,dist/esm}",
  "onnxruntime-common/dist/*.*",
  ".bin",
  ".package-lock.json",
];

/** Packages that fetch the CUDA provider, which is offered on Linux x64 only. */
const fetching = "onnxruntime-node/script";

/**
 * Installs the packages with native code for a platform and returns the `node_modules` folder. npm chooses the packages of
 * the platform, as the lock file names those of every platform; libraries of other platforms and files that no program
 * loads are removed. Throws an error if npm fails.
 */
export function nativeModules(places: Places, target: Target): string {
  const folder = join(places.work, `native-${target}`);
  const modules = join(folder, "node_modules");
  if (existsSync(modules)) return modules;
  mkdirSync(folder, { recursive: true });
  for (const name of ["package.json", "package-lock.json", ".npmrc"]) cpSync(join(root, name), join(folder, name));
  const { os, cpu } = partsOf(target);
  const flags = ["--omit=dev", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"];
  const platform = [`--os=${os}`, `--cpu=${cpu}`, ...(os === "linux" ? ["--libc=glibc"] : [])];
  command("npm", ["ci", ...flags, ...platform], { cwd: folder });
  keepOnly(join(modules, "better-sqlite3/prebuilds"), `${target}.node`);
  const runtime = join(modules, "onnxruntime-node");
  if (existsSync(join(runtime, "bin/napi-v6", os, cpu))) {
    keepOnly(join(runtime, "bin/napi-v6"), os);
    keepOnly(join(runtime, "bin/napi-v6", os), cpu);
    dropUnloaded(join(runtime, "bin/napi-v6", os, cpu));
  } else rmSync(runtime, { recursive: true, force: true });
  for (const path of globSync("@duckdb/*/*.{node,dylib}", { cwd: modules })) thinFile(join(modules, path), cpu);
  prune(modules, target);
  return modules;
}

function keepOnly(folder: string, kept: string): void {
  for (const name of readdirSync(folder)) if (name !== kept) rmSync(join(folder, name), { recursive: true });
}

/**
 * Removes what Almanac never loads: on macOS the library is there twice, and the binding takes the name without the full
 * version; on Windows DirectML is a delayed import of ONNX Runtime, needed only by a provider that Almanac does not use.
 */
function dropUnloaded(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (/^(libonnxruntime\.\d+\.\d+\.\d+\.dylib|DirectML\.dll)$/.test(name)) rmSync(join(folder, name));
  }
}

function prune(modules: string, target: Target): void {
  const rest = target === "linux-x64" ? [] : [fetching];
  for (const path of globSync([...unused, ...rest], { cwd: modules })) {
    rmSync(join(modules, path), { recursive: true, force: true });
  }
  if (target !== "linux-x64") keepLoaded(modules);
  for (const path of globSync(["*/package.json", "@*/*/package.json"], { cwd: modules })) dropMissing(modules, path);
}

/** Without the script that fetches CUDA's files, the packages that it imports go too. */
function keepLoaded(modules: string): void {
  const kept = new Set(["@duckdb", "better-sqlite3", "onnxruntime-node", "onnxruntime-common"]);
  for (const name of readdirSync(modules)) {
    if (!kept.has(name)) rmSync(join(modules, name), { recursive: true });
  }
}

/** A package names no dependency that was removed: the packager of extensions would miss it. */
function dropMissing(modules: string, path: string): void {
  const { dependencies = {}, ...manifest } = JSON.parse(readFileSync(join(modules, path), "utf8"));
  const there = Object.entries(dependencies).filter(([name]) => existsSync(join(modules, name)));
  writeFileSync(join(modules, path), `${JSON.stringify({ ...manifest, dependencies: Object.fromEntries(there) })}\n`);
}
