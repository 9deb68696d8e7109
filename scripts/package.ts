import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { mergedManifest } from "./manifest.ts";

const root = join(import.meta.dirname, "..");

/** Platforms with an own .vsix: the native libraries of each are a package of their own. */
const targets = ["linux-x64", "linux-arm64", "darwin-arm64", "darwin-x64", "win32-x64"] as const;
type Target = (typeof targets)[number];

/** The platform this runs on. */
export function hostTarget(): Target {
  const name = `${process.platform}-${process.arch}`;
  const target = targets.find((candidate) => candidate === name);
  if (target === undefined) throw new Error(`There is no package for ${name}; there are: ${targets.join(", ")}.`);
  return target;
}

/**
 * Builds everything and packs `out/almanac-VERSION-TARGET.vsix` for the platform this runs on: `npm ci` installs native
 * libraries for that one only, so each platform is packed on itself (CI has one job for each).
 */
export function packageExtension(): string {
  const target = hostTarget();
  run(process.execPath, ["scripts/build.ts"]);
  const manifest = JSON.parse(mergedManifest());
  mkdirSync(join(root, "out"), { recursive: true });
  const vsix = join(root, "out", `almanac-${manifest.version}-${target}.vsix`);
  rmSync(vsix, { force: true });
  const ignore = join("out", `ignore-${target}`);
  writeFileSync(
    join(root, ignore),
    `${readFileSync(join(root, ".vscodeignore"), "utf8")}\n${otherPlatforms(target).join("\n")}\n`,
  );
  run(process.execPath, [
    ...[
      join(root, "node_modules", "@vscode", "vsce", "vsce"),
      "package",
      "--target",
      target,
      "--out",
      vsix,
      "--ignoreFile",
      ignore,
    ],
    ...["--allow-missing-repository", "--skip-license", "--no-rewrite-relative-links"],
  ]);
  console.error(`${vsix} (${(statSync(vsix).size / 2 ** 20).toFixed(1)} MiB)`);
  return vsix;
}

/** onnxruntime-node carries the library of every platform: those of the others stay out. */
function otherPlatforms(target: Target): string[] {
  const [platform, arch] = target.split("-");
  const folder = "node_modules/onnxruntime-node/bin/napi-v6";
  return readdirSync(join(root, folder)).flatMap((name) => {
    if (name !== platform) return [`${folder}/${name}/**`];
    const processors = readdirSync(join(root, folder, name)).filter((cpu) => cpu !== arch);
    return processors.map((cpu) => `${folder}/${name}/${cpu}/**`);
  });
}

function run(command: string, given: readonly string[]): void {
  const { status } = spawnSync(command, given, { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
  if (status !== 0) throw new Error(`${given[0]} failed with status ${status}.`);
}

if (import.meta.main) console.log(packageExtension());
