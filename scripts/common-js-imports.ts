import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Metafile } from "esbuild";

/**
 * Says where a bundle would fail at first use: esbuild gives a CommonJS package that `import()` loads as `default` only, so
 * every other name is undefined. Returns one sentence for each such import in our own sources.
 */
export async function namesOfCommonJs({ inputs }: Metafile, root: string): Promise<string[]> {
  const wrong: string[] = [];
  for (const [file, { imports }] of Object.entries(inputs)) {
    if (file.includes("node_modules")) continue;
    for (const { path, kind, original } of imports) {
      if (kind !== "dynamic-import" || original === undefined || inputs[path]?.format !== "cjs") continue;
      if (takesDefaultOnly(await readFile(join(root, file), "utf8"), original)) continue;
      wrong.push(
        `${file} takes names from import("${original}"), which is CommonJS: in the bundle they are undefined. ` +
          "Import them statically in a file of its own, and load that file by import().",
      );
    }
  }
  return [...new Set(wrong)];
}

/** Whether every `import()` of the package in a source text is destructured into `default` alone. */
function takesDefaultOnly(text: string, name: string): boolean {
  const quoted = name.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const all = text.match(new RegExp(`(?<!typeof )import\\(\\s*"${quoted}"`, "g")) ?? [];
  const fine =
    text.match(new RegExp(`\\{\\s*default:\\s*\\w+\\s*\\}\\s*=\\s*await import\\(\\s*"${quoted}"`, "g")) ?? [];
  return fine.length === all.length;
}
