import { cpSync, globSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { mergedManifest } from "../manifest.ts";
import { command } from "./command.ts";
import { nativeModules } from "./native.ts";
import { type Places, root } from "./places.ts";
import { stage, writeJson } from "./stage.ts";
import type { Target } from "./targets.ts";

/** Largest size that is released, in MiB, and the most files: what a user waits for at every update. */
const limits = { mebibytes: 45, files: 1500 };

/** What only the extension has: what its manifest names. */
const parts = [
  ...["dist/extension", "package.nls.json", ".vscodeignore", "protocol/generated/experiment.schema.json"],
  ...["extension/icons", "extension/syntaxes", "extension/walkthrough"],
  ...["extension/language-configuration.json", "extension/snippets.json"],
  ...["retail.csv", "retail.forecast.yaml", "README.md"].map((name) => `examples/retail/${name}`),
];

/** Pictures of the extension's page in a marketplace. */
const pictures = ["editor-dark"];

/**
 * Packs the extension for a platform. The same file is for the Visual Studio Marketplace and for Open VSX. `repository` is
 * the public address of the sources: marketplaces show pictures by address only, so without one the page has none there.
 * Returns the path of the package. Throws an error if the package is larger than the limits.
 */
export function packVsix(places: Places, target: Target, repository?: string): string {
  const folder = stage(places, `vsix-${target}`, parts);
  const page = readFileSync(join(root, "extension", "README.md"), "utf8");
  writeFileSync(join(folder, "README.md"), page.replaceAll("](../", "]("));
  mkdirSync(join(folder, "docs", "images"), { recursive: true });
  for (const name of pictures) cpSync(join(root, `docs/images/${name}.png`), join(folder, `docs/images/${name}.png`));
  writeJson(join(folder, "package.json"), extensionManifest(places.version, repository));
  cpSync(nativeModules(places, target), join(folder, "node_modules"), { recursive: true });
  const vsix = join(places.out, `almanac-${places.version}-${target}.vsix`);
  rmSync(vsix, { force: true });
  const links = repository === undefined ? ["--allow-missing-repository", "--no-rewrite-relative-links"] : [];
  const vsce = join(root, "node_modules", "@vscode", "vsce", "vsce");
  command(process.execPath, [vsce, "package", "--target", target, "--out", vsix, ...links], { cwd: folder });
  checkSize(vsix, folder);
  rmSync(folder, { recursive: true });
  return vsix;
}

function extensionManifest(version: string, repository: string | undefined): object {
  const { scripts: _, devDependencies: __, private: ___, allowScripts: ____, ...kept } = JSON.parse(mergedManifest());
  const pages = repository === undefined ? {} : { repository: { type: "git", url: repository } };
  return { ...kept, version, ...pages };
}

function checkSize(vsix: string, folder: string): void {
  const mebibytes = statSync(vsix).size / 2 ** 20;
  const files = globSync("**/*", { cwd: folder, withFileTypes: true }).filter((entry) => entry.isFile()).length;
  if (mebibytes <= limits.mebibytes && files <= limits.files) return;
  throw new Error(
    `${vsix} has ${mebibytes.toFixed(1)} MiB and ${files} files; at most ${limits.mebibytes} MiB and ${limits.files} ` +
      "files are released. Leave out what no program loads (scripts/release/native.ts), or raise the limits.",
  );
}
