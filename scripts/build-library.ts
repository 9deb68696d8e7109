import { spawnSync } from "node:child_process";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { type BuildOptions, build, type Metafile } from "esbuild";
import { nodeBundle } from "./node-bundle.ts";
import { withoutLocales } from "./without-locales.ts";

const root = join(import.meta.dirname, "..");

const shared = {
  ...nodeBundle,
  metafile: true,
  absWorkingDir: root,
  entryPoints: { forecasting: "daemon/forecasting/index.ts", engine: "daemon/engine/index.ts" },
  plugins: [withoutLocales],
} satisfies BuildOptions;

/**
 * Builds what `almanac-forecast/forecasting` and `almanac-forecast/engine` export: modules for Node in `dist/library`, whole
 * bundles for a browser in `dist/library/browser` (networks run on onnxruntime-web there), and declarations beside both.
 * Returns what esbuild says of both.
 */
export async function buildLibrary(): Promise<Metafile[]> {
  await rm(join(root, "dist/library"), { recursive: true, force: true });
  const builds = await Promise.all([
    build({ ...shared, outdir: "dist/library" }),
    build({
      ...shared,
      outdir: "dist/library/browser",
      platform: "browser",
      target: "chrome120",
      minify: true,
      // The list of CUDA's files, which a browser never asks for.
      external: ["node:*"],
      alias: { "onnxruntime-node": "onnxruntime-web" },
      banner: {},
    }),
  ]);
  writeDeclarations();
  return builds.map(({ metafile }) => metafile);
}

function writeDeclarations(): void {
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  const project = join(root, "scripts/tsconfig.library.json");
  const { status, stdout } = spawnSync(process.execPath, [compiler, "--project", project], { encoding: "utf8" });
  if (status !== 0) throw new Error(stdout);
}

if (import.meta.main) await buildLibrary();
