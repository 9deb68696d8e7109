import { createHash } from "node:crypto";
import { readdirSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import manifest from "../../../package.json" with { type: "json" };

/** Version of Almanac. */
export const version: string = manifest.version;

let code: string | undefined;

/**
 * Version of the code that numbers depend on: that of the package, and where it runs from its sources their sizes and times
 * too, so that a changed model never answers with cached results of the old one.
 */
export function codeVersion(): string {
  code ??= import.meta.url.endsWith(".ts") ? `${version}+${sourceDigest()}` : version;
  return code;
}

function sourceDigest(): string {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const hash = createHash("sha256");
  for (const name of readdirSync(root, { recursive: true, encoding: "utf8" }).sort()) {
    if (!name.endsWith(".ts")) continue;
    const { size, mtimeMs } = statSync(`${root}${name}`);
    hash.update(`${name}:${size}:${mtimeMs};`);
  }
  return hash.digest("hex").slice(0, 16);
}

const { dependencies } = manifest;

/** Versions of everything that the numbers of a run depend on. */
export const versions: Readonly<Record<string, string>> = {
  almanac: version,
  node: process.versions.node,
  duckdb: dependencies["@duckdb/node-api"],
  "onnxruntime-node": dependencies["onnxruntime-node"],
  "date-holidays": dependencies["date-holidays"],
};
