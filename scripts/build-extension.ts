import { join } from "node:path";
import { build } from "esbuild";
import { withoutLocales } from "./without-locales.ts";

const root = join(import.meta.dirname, "..");

/** Builds what runs in the editor: extension host and language server, one file each. */
export async function buildExtension(): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints: { main: "extension/main.ts", server: "extension/language/server.ts" },
    outdir: "dist/extension",
    outExtension: { ".js": ".cjs" },
    bundle: true,
    minify: true,
    keepNames: true,
    legalComments: "none",
    logLevel: "warning",
    platform: "node",
    format: "cjs",
    target: "node22",
    external: ["vscode"],
    plugins: [withoutLocales],
  });
}

if (import.meta.main) await buildExtension();
