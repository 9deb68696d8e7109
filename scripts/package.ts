import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { stage, type Target, targets } from "./stage.ts";

const root = join(import.meta.dirname, "..");

/** The platform this runs on. */
export function hostTarget(): Target {
  return targetOf(`${process.platform}-${process.arch}`);
}

function targetOf(name: string): Target {
  const target = targets.find((candidate) => candidate === name);
  if (target === undefined) throw new Error(`There is no package for ${name}; there are: ${targets.join(", ")}.`);
  return target;
}

/** Builds everything and packs `out/almanac-VERSION-TARGET.vsix` for each platform; returns the paths. */
export function packageExtension(wanted: readonly Target[] = [hostTarget()]): string[] {
  run(root, ["scripts/build.ts"]);
  mkdirSync(join(root, "out"), { recursive: true });
  return wanted.map(pack);
}

function pack(target: Target): string {
  const folder = stage(target);
  const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const vsix = join(root, "out", `almanac-${version}-${target}.vsix`);
  rmSync(vsix, { force: true });
  const flags = ["--allow-missing-repository", "--skip-license", "--no-rewrite-relative-links"];
  const vsce = join(root, "node_modules", "@vscode", "vsce", "vsce");
  run(folder, [vsce, "package", "--target", target, "--out", vsix, ...flags]);
  rmSync(folder, { recursive: true });
  console.error(`${vsix} (${(statSync(vsix).size / 2 ** 20).toFixed(1)} MiB)`);
  return vsix;
}

function run(cwd: string, given: readonly string[]): void {
  const { status } = spawnSync(process.execPath, given, { cwd, stdio: ["ignore", "ignore", "inherit"] });
  if (status !== 0) throw new Error(`${given[0]} failed with status ${status}.`);
}

// `npm run package` packs for this machine, `npm run package -- all` or `-- TARGET…` for others.
if (import.meta.main) {
  const wanted = process.argv.slice(2);
  const chosen = wanted.includes("all") ? targets : wanted.length > 0 ? wanted.map(targetOf) : [hostTarget()];
  for (const vsix of packageExtension(chosen)) console.log(vsix);
}
