import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import manifest from "../extension/manifest.json" with { type: "json" };
import { toolOptionsSchema } from "../protocol/run-overrides.ts";

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
  const unknown = Object.keys(manifest).filter((key) => !keys.includes(key));
  if (unknown.length > 0)
    throw new Error(`extension/manifest.json has keys that package.json owns: ${unknown.join(", ")}.`);
  const own: Record<string, unknown> = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const contributes = { ...manifest.contributes, languageModelTools: toolsWithRunOptions() };
  return `${JSON.stringify({ ...own, ...manifest, contributes }, null, 2)}\n`;
}

/** The tools of coding agents; the one that runs an experiment takes the settings of a run. */
function toolsWithRunOptions() {
  const { properties: options } = z.toJSONSchema(toolOptionsSchema, { target: "draft-07", io: "input" });
  return manifest.contributes.languageModelTools.map((tool) => {
    if (tool.name !== "almanac_run") return tool;
    const properties = { ...tool.inputSchema.properties, ...options };
    return { ...tool, inputSchema: { ...tool.inputSchema, properties } };
  });
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
