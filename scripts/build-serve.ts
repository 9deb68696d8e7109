import { readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import { build, type Plugin } from "esbuild";
import { withoutLocales } from "./without-locales.ts";

const root = join(import.meta.dirname, "..");

/** Packages of the daemon's start; native ones and those that few daemons need stay outside. */
const bundled = new Set(["commander", "croner", "express", "express-rate-limit", "helmet", "kysely", "zod"]);

/**
 * Builds `dist/serve/main.js`: `almanac serve` in a few files instead of 600, which is what takes a start its time. What the
 * daemon forks is found beside the sources where `globalThis.almanacSources` is set, else in `dist/daemon`. `inputs.json`
 * names the sources it was made of, for whoever must know whether it is still of them.
 */
export async function buildServe(): Promise<void> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: { main: "daemon/cli/serve-main.ts" },
    outdir: "dist/serve",
    bundle: true,
    splitting: true,
    metafile: true,
    legalComments: "none",
    logLevel: "warning",
    platform: "node",
    format: "esm",
    target: "node22",
    banner: { js: banner },
    plugins: [withoutLocales, fewPackages, placedAsBefore],
  });
  const own = Object.keys(metafile.inputs).filter((path) => !path.includes("node_modules") && !path.includes(":"));
  const inputs = await Promise.all(
    [...own, "package-lock.json"].map(async (path) => {
      const { size, mtimeMs } = await stat(join(root, path));
      return [path, size, mtimeMs] as const;
    }),
  );
  await writeFile(join(root, "dist/serve/inputs.json"), JSON.stringify(inputs));
  // Only now: a daemon that starts meanwhile finds the files of the bundle it began with.
  const made = new Set([...Object.keys(metafile.outputs).map((path) => basename(path)), "inputs.json"]);
  for (const name of await readdir(join(root, "dist/serve"))) {
    if (!made.has(name)) await rm(join(root, "dist/serve", name));
  }
}

/** Packages that are CommonJS ask for Node's modules by `require`. */
const banner = `import { createRequire as almanacRequire } from "node:module";
const require = almanacRequire(import.meta.url);
const almanacFile = (path) => new URL(globalThis.almanacSources ? "../../" + path + ".ts" : "../" + path + ".js", import.meta.url).href;`;

const fewPackages: Plugin = {
  name: "few-packages",
  setup(builder) {
    builder.onResolve({ filter: /^[^.#/]/ }, ({ path, importer }) => {
      const name = path
        .split("/")
        .slice(0, path.startsWith("@") ? 2 : 1)
        .join("/");
      const taken = importer === "" || importer.includes("node_modules") || bundled.has(name);
      return taken ? undefined : { path, external: true };
    });
  },
};

/** Modules believe to lie where their sources do: files beside them are found from there. */
const placedAsBefore: Plugin = {
  name: "placed-as-before",
  setup(builder) {
    builder.onLoad({ filter: /\/(daemon|protocol)\/.*\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, "utf8");
      if (/new URL\(\s*["'`][^"'`$]*\.ts["'`]/.test(text)) {
        throw new Error(`${path} names a file that ends in .ts: it has to follow the ending of import.meta.url.`);
      }
      const place = relative(root, path).replaceAll("\\", "/").replace(/\.ts$/, "");
      return { contents: text.replaceAll("import.meta.url", `almanacFile(${JSON.stringify(place)})`), loader: "ts" };
    });
  },
};

if (import.meta.main) await buildServe();
