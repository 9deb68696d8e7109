import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { mergedManifest } from "./manifest.ts";

const root = join(import.meta.dirname, "..");

/** Platforms with an own .vsix: the native libraries of each are packages of their own. */
export const targets = ["linux-x64", "linux-arm64", "darwin-arm64", "darwin-x64", "win32-x64"] as const;
export type Target = (typeof targets)[number];

/** What an extension is made of, beside the libraries: bundles, and what the manifest names. */
const parts = [
  ...[
    "bin",
    "dist",
    "README.md",
    "package.nls.json",
    "package-lock.json",
    ".npmrc",
    ".vscodeignore",
    "protocol/generated/experiment.schema.json",
  ],
  ...["extension/icons", "extension/syntaxes", "extension/walkthrough"],
  ...["extension/language-configuration.json", "extension/snippets.json"],
  ...["retail.csv", "retail.forecast.yaml", "README.md"].map((name) => `examples/retail/${name}`),
];

/** Modules for other programs: an extension has no use for them. */
const library = join(root, "dist", "library");

/**
 * Makes `out/stage-TARGET`: a folder with what one platform's extension holds. npm itself chooses the native packages, as
 * the lock file names those of every platform. Throws where npm fails.
 */
export function stage(target: Target): string {
  const folder = join(root, "out", `stage-${target}`);
  rmSync(folder, { recursive: true, force: true });
  for (const part of parts) {
    mkdirSync(dirname(join(folder, part)), { recursive: true });
    cpSync(join(root, part), join(folder, part), { recursive: true, filter: (path) => path !== library });
  }
  writeFileSync(join(folder, "package.json"), mergedManifest());
  install(folder, target);
  for (const [within, kept] of nativeFiles(target)) keepOnly(join(folder, "node_modules", within), kept);
  return folder;
}

function install(folder: string, target: Target): void {
  const [os, cpu] = target.split("-");
  const flags = ["--omit=dev", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"];
  const platform = [`--os=${os}`, `--cpu=${cpu}`, ...(os === "linux" ? ["--libc=glibc"] : [])];
  const { status } = spawnSync("npm", ["ci", ...flags, ...platform], {
    cwd: folder,
    stdio: ["ignore", "ignore", "inherit"],
    shell: process.platform === "win32",
  });
  if (status !== 0) throw new Error(`npm ci for ${target} failed with status ${status}.`);
}

/** Folders that hold the libraries of every platform, with the one name of each that the platform needs. */
function nativeFiles(target: Target): (readonly [within: string, kept: string])[] {
  const [os, cpu] = target.split("-") as [string, string];
  return [
    ["better-sqlite3/prebuilds", `${target}.node`],
    ["onnxruntime-node/bin/napi-v6", os],
    [`onnxruntime-node/bin/napi-v6/${os}`, cpu],
  ];
}

function keepOnly(folder: string, kept: string): void {
  for (const name of readdirSync(folder)) if (name !== kept) rmSync(join(folder, name), { recursive: true });
}
