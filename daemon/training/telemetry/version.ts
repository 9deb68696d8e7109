import { createHash } from "node:crypto";
import { readdirSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import manifest from "../../../package.json" with { type: "json" };

/** Version of Almanac. */
export const version: string = manifest.version;

declare global {
  /** Version and digest of the sources that a bundle was built from; undefined if the code runs from its sources. */
  var almanacCode: string | undefined;
}

let code: string | undefined;

/**
 * Version of the code that numbers depend on: the version of the package and a digest of the sources. If a model is
 * changed, cached results of the old one no longer match. The digest of a bundle is made from the text of its sources when
 * it is built. Code that runs from its sources makes one from the sizes and times of their files, which is quicker.
 */
export function codeVersion(): string {
  code ??= globalThis.almanacCode ?? `${version}+${sourceDigest()}`;
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

const { dependencies, optionalDependencies, devDependencies } = manifest;

/** Versions of everything that the numbers of a run depend on. */
export const versions: Readonly<Record<string, string>> = {
  almanac: version,
  node: process.versions.node,
  duckdb: dependencies["@duckdb/node-api"],
  "onnxruntime-node": optionalDependencies["onnxruntime-node"],
  "date-holidays": devDependencies["date-holidays"],
};
