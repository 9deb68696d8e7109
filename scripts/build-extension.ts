import { join } from "node:path";
import { build, type Metafile } from "esbuild";
import { withoutLocales } from "./without-locales.ts";

const root = join(import.meta.dirname, "..");

/** Builds what runs in the editor: extension host and language server, one file each. Returns what esbuild says. */
export async function buildExtension(): Promise<Metafile> {
  const { metafile } = await build({
    metafile: true,
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
  return metafile;
}

if (import.meta.main) await buildExtension();
