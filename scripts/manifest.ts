import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import manifest from "../extension/manifest.json" with { type: "json" };
import { toolOptionsSchema } from "../protocol/run-overrides.ts";
import { type Localised, localise } from "./localise.ts";

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

/** The text that package.json should have: its own keys, and extension/manifest.json with `%key%` in place of texts. */
export function mergedManifest(): string {
  const own = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  return `${JSON.stringify({ ...own, ...localisedManifest().manifest }, null, 2)}\n`;
}

/** The text that package.nls.json should have: what stands for the keys in English. A translation has the same keys. */
export function manifestTexts(): string {
  return `${JSON.stringify(localisedManifest().texts, null, 2)}\n`;
}

function localisedManifest(): Localised {
  const unknown = Object.keys(manifest).filter((key) => !keys.includes(key));
  if (unknown.length > 0)
    throw new Error(`extension/manifest.json has keys that package.json owns: ${unknown.join(", ")}.`);
  const contributes = { ...manifest.contributes, languageModelTools: toolsWithRunOptions() };
  return localise({ ...manifest, contributes });
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
