import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");

/** Keys of package.json that describe the extension; everything else there is written by hand. */
const keys = [
  "main",
  "icon",
  "categories",
  "keywords",
  "extensionKind",
  "activationEvents",
  "capabilities",
  "contributes",
];

/**
 * Brings extension/manifest.json into package.json and returns the text package.json should have.
 * With `--check` nothing is written, and the exit code says whether it is up to date.
 */
export function mergedManifest(): string {
  const manifest: Record<string, unknown> = JSON.parse(readFileSync(join(root, "extension", "manifest.json"), "utf8"));
  const unknown = Object.keys(manifest).filter((key) => !keys.includes(key));
  if (unknown.length > 0)
    throw new Error(`extension/manifest.json has keys that package.json owns: ${unknown.join(", ")}.`);
  const own: Record<string, unknown> = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  return `${JSON.stringify({ ...own, ...manifest }, null, 2)}\n`;
}

if (import.meta.main) {
  const text = mergedManifest();
  const file = join(root, "package.json");
  if (!process.argv.includes("--check")) writeFileSync(file, text);
  else if (JSON.stringify(JSON.parse(readFileSync(file, "utf8"))) !== JSON.stringify(JSON.parse(text))) {
    console.error("package.json lacks changes of extension/manifest.json. Run: node scripts/manifest.ts");
    process.exitCode = 1;
  }
}
