import { cp, glob, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { build, type Plugin } from "esbuild";
import { withoutLocales } from "./without-locales.ts";

const root = join(import.meta.dirname, "..");

/**
 * Builds what an installed extension runs: extension host and language server as one file each, and the daemon file by
 * file, so that it forks its workers by the same relative paths as in the repository.
 */
export async function buildExtension(): Promise<void> {
  await Promise.all([buildHost(), buildDaemon()]);
}

async function buildHost(): Promise<void> {
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

async function buildDaemon(): Promise<void> {
  const files = [];
  for await (const file of glob(["daemon/**/*.ts", "protocol/**/*.ts"], { cwd: root })) files.push(file);
  for (const folder of ["daemon", "protocol"]) await rm(join(root, "dist", folder), { recursive: true, force: true });
  await build({
    absWorkingDir: root,
    entryPoints: files,
    outdir: "dist",
    outbase: ".",
    bundle: true,
    packages: "external",
    legalComments: "none",
    logLevel: "warning",
    platform: "node",
    format: "esm",
    target: "node22",
    plugins: [fileByFile],
  });
  const { name, version, type, dependencies } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  await writeFile(join(root, "dist", "package.json"), `${JSON.stringify({ name, version, type, dependencies })}\n`);
  for await (const file of glob("{daemon,protocol}/**/*.json", { cwd: root })) {
    await mkdir(dirname(join(root, "dist", file)), { recursive: true });
    await cp(join(root, file), join(root, "dist", file));
  }
}

/** Keeps every module a file of its own: relative imports stay imports, and names of forked files end in `.js` too. */
const fileByFile: Plugin = {
  name: "file-by-file",
  setup(builder) {
    builder.onResolve({ filter: /^\.{1,2}\// }, ({ path, kind }) =>
      kind === "entry-point" ? undefined : { path: path.replace(/\.ts$/, ".js"), external: true },
    );
    builder.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, "utf8");
      return { contents: text.replace(/(new URL\(\s*["'`]\.[^"'`]*)\.ts(["'`])/g, "$1.js$2"), loader: "ts" };
    });
  },
};

if (import.meta.main) await buildExtension();
