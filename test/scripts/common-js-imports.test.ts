import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { build } from "esbuild";
import { afterEach, beforeEach, expect, test } from "vitest";
import { namesOfCommonJs } from "../../scripts/common-js-imports.ts";

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "almanac-imports-"));
  put("node_modules/old/package.json", '{"name": "old", "main": "index.js"}');
  put("node_modules/old/index.js", "exports.read = () => 1;");
  put("node_modules/new/package.json", '{"name": "new", "type": "module", "exports": "./index.js"}');
  put("node_modules/new/index.js", "export const read = () => 1;");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function put(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

/** What is said about a program of one line. */
async function wrongOf(source: string): Promise<string[]> {
  put("main.ts", source);
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ["main.ts"],
    outdir: "out",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    metafile: true,
    write: false,
    logLevel: "silent",
  });
  return namesOfCommonJs(metafile, root);
}

test("names of a CommonJS package by import() are refused, with the file and the package", async () => {
  const [message, ...more] = await wrongOf('const { read } = await import("old"); console.log(read());');
  expect(message).toContain('main.ts takes names from import("old")');
  expect(more).toEqual([]);
});

test.each([
  ['const { default: old } = await import("old"); console.log(old.read());'],
  ['import { read } from "old"; console.log(read());'],
  ['const { read } = await import("new"); console.log(read());'],
])("%s is accepted", async (source) => {
  expect(await wrongOf(source)).toEqual([]);
});

test("one import() of names among others of the default is refused", async () => {
  const both = 'const { default: old } = await import("old"); const all = await import("old"); console.log(old, all);';
  expect(await wrongOf(both)).toHaveLength(1);
});
