import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { billOfMaterials, components, noticesText } from "./notices.ts";
import { type Places, root } from "./places.ts";

/** What every artefact contains: the command, its bundle, the pages that it shows, and the legal texts. */
const common = ["bin", "dist/daemon", "dist/webview", "LICENSE", "CHANGELOG.md"];

/**
 * Makes an empty folder `name` with the parts that every artefact has and those of `parts` (paths in the repository), the
 * notices of other packages and the bill of materials. Returns the folder.
 */
export function stage(places: Places, name: string, parts: readonly string[] = []): string {
  const folder = join(places.work, name);
  rmSync(folder, { recursive: true, force: true });
  for (const part of [...common, ...parts]) {
    mkdirSync(dirname(join(folder, part)), { recursive: true });
    // Only a clone asks whether its bundle is of the present sources.
    const filter = (path: string) => basename(path) !== "inputs.json";
    cpSync(join(root, part), join(folder, part), { recursive: true, filter });
  }
  const all = components();
  writeFileSync(join(folder, "THIRD-PARTY-NOTICES.txt"), noticesText(all));
  writeJson(join(folder, "sbom.cdx.json"), billOfMaterials(places.version, all));
  return folder;
}

/** Writes a JSON file that people can read. */
export function writeJson(path: string, value: unknown): void {
  writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`);
}
