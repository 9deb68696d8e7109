import { createHash } from "node:crypto";
import { glob, mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { build, type Metafile } from "esbuild";
import { programName } from "../daemon/training/workers/program-file.ts";
import { namesOfCommonJs } from "./common-js-imports.ts";
import { nodeBundle } from "./node-bundle.ts";
import { withoutLocales } from "./without-locales.ts";

const root = join(import.meta.dirname, "..");
const folder = join(root, "dist", "daemon");

/** Programs that others than the daemon start, by their paths below `daemon/`: the editor reads data files. */
const startedElsewhere = ["training/facts/worker"];

/**
 * Builds `dist/daemon`: the command line and every program that it starts, with all packages but the native ones, in files
 * that share their code. A start reads a few files in place of hundreds. `inputs.json` lists the sources that it was built
 * from, with their sizes and times, for those who must know whether it is still built from them. Returns what esbuild
 * says of the bundle. Throws an error if a bundled CommonJS package is imported in a way that would fail at first use.
 */
export async function buildDaemon(): Promise<Metafile> {
  const { metafile } = await build({
    ...nodeBundle,
    absWorkingDir: root,
    entryPoints: Object.fromEntries([["main", "daemon/cli/main.ts"], ...(await programs())]),
    outdir: "dist/daemon",
    chunkNames: "[name]-[hash]",
    metafile: true,
    define: { "globalThis.almanacCode": JSON.stringify(await codeOfSources()) },
    plugins: [withoutLocales],
  });
  const wrong = await namesOfCommonJs(metafile, root);
  if (wrong.length > 0) throw new Error(wrong.join("\n"));
  await writeInputs(metafile);
  await removeOthers(metafile);
  return metafile;
}

/** Name in the bundle and source of every program that runs in a process of its own. */
async function programs(): Promise<[name: string, source: string][]> {
  const paths = new Set(startedElsewhere);
  for await (const file of glob("daemon/**/*.ts", { cwd: root })) {
    const text = await readFile(join(root, file), "utf8");
    for (const [, path] of text.matchAll(/programFile\("([^"]+)"\)/g)) if (path !== undefined) paths.add(path);
  }
  return [...paths].sort().map((path) => [basename(programName(path), ".js"), `daemon/${path}.ts`]);
}

/** Version and digest of what the bundle is built from. */
async function codeOfSources(): Promise<string> {
  const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  const files = await Array.fromAsync(glob("{daemon,protocol}/**/*.{ts,json}", { cwd: root }));
  const hash = createHash("sha256");
  for (const file of [...files, "package-lock.json"].map((path) => path.replaceAll("\\", "/")).sort()) {
    hash.update(`${file}\n`).update(await readFile(join(root, file)));
  }
  return `${version}+${hash.digest("hex").slice(0, 16)}`;
}

async function writeInputs(metafile: Metafile): Promise<void> {
  const own = Object.keys(metafile.inputs).filter((path) => !path.includes("node_modules") && !path.includes(":"));
  const inputs = await Promise.all(
    [...own, "package-lock.json"].map(async (path) => {
      const { size, mtimeMs } = await stat(join(root, path));
      return [path, size, mtimeMs] as const;
    }),
  );
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "inputs.json"), JSON.stringify(inputs));
}

/** Only after the build: a process that starts meanwhile finds the files of the bundle it began with. */
async function removeOthers(metafile: Metafile): Promise<void> {
  const made = new Set([...Object.keys(metafile.outputs).map((path) => basename(path)), "inputs.json"]);
  for (const name of await readdir(folder)) {
    if (!made.has(name)) await rm(join(folder, name), { recursive: true });
  }
}

if (import.meta.main) await buildDaemon();
