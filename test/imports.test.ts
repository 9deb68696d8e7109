import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { cruise } from "dependency-cruiser";
import extractDepcruiseOptions from "dependency-cruiser/config-utl/extract-depcruise-options";
import { expect, test } from "vitest";

const configuration = await extractDepcruiseOptions(join(import.meta.dirname, "..", ".dependency-cruiser.mjs"));

/** Names of the rules that a small repository of `files` (path → text) breaks. */
async function brokenRules(files: Readonly<Record<string, string>>): Promise<string[]> {
  const root = mkdtempSync(join(tmpdir(), "almanac-imports-"));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    const folders = [...new Set(Object.keys(files).map((path) => path.split("/")[0] ?? path))].filter(
      (folder) => folder !== "node_modules",
    );
    const { output } = await cruise(folders, { ...configuration, baseDir: root });
    if (typeof output === "string") throw new Error(output);
    return [...new Set(output.summary.violations.map(({ rule }) => rule.name))];
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** A file that imports `target`, and the target itself. */
function importing(from: string, target: string): Record<string, string> {
  const up = "../".repeat(from.split("/").length - 1);
  return { [from]: `import "${up}${target}";\n`, [target]: "export const one = 1;\n" };
}

test.each([
  ["daemon/engine/a.ts", "daemon/forecasting/b.ts", "engine-imports-downward-only"],
  ["daemon/engine/a.ts", "webview/b.ts", "engine-imports-downward-only"],
  ["daemon/engine/a.ts", "test/b.ts", "engine-imports-downward-only"],
  ["daemon/forecasting/models/a.ts", "daemon/training/data/b.ts", "forecasting-imports-downward-only"],
  ["daemon/training/pipeline/a.ts", "daemon/server/store/b.ts", "training-imports-downward-only"],
  ["daemon/server/api/a.ts", "daemon/cli/b.ts", "server-imports-downward-only"],
  ["daemon/server/api/a.ts", "daemon/engine/b.ts", "server-imports-downward-only"],
  ["daemon/cli/a.ts", "extension/b.ts", "command-line-imports-downward-only"],
  ["protocol/a.ts", "daemon/training/b.ts", "protocol-imports-downward-only"],
  ["webview/report/a.ts", "daemon/training/b.ts", "pages-imports-downward-only"],
  ["extension/panels/a.ts", "webview/report/b.ts", "extension-imports-downward-only"],
  ["extension/panels/a.ts", "daemon/training/workers/worker-pool.ts", "extension-imports-downward-only"],
])("%s must not import %s", async (from, target, rule) => {
  expect(await brokenRules(importing(from, target))).toEqual([rule]);
});

test("a dynamic and a type-only import count too", async () => {
  const target = { "daemon/training/b.ts": "export type B = 1;\nexport const b = 1;\n" };
  const dynamic = 'export const load = () => import("../training/b.ts");\n';
  expect(await brokenRules({ "daemon/engine/a.ts": dynamic, ...target })).toEqual(["engine-imports-downward-only"]);
  const typeOnly = 'import type { B } from "../training/b.ts";\nexport const a: B = 1;\n';
  expect(await brokenRules({ "daemon/engine/a.ts": typeOnly, ...target })).toEqual(["engine-imports-downward-only"]);
});

test("only extension/editor imports the editor's API", async () => {
  const text = 'import { window } from "vscode";\nwindow.showInformationMessage("");\n';
  const stub = {
    "node_modules/vscode/package.json": '{"name":"vscode","main":"index.js"}',
    "node_modules/vscode/index.js": "export const window = {};\n",
  };
  expect(await brokenRules({ "extension/editor/a.ts": text })).toEqual([]);
  expect(await brokenRules({ "extension/views/a.ts": text })).toEqual(["vscode-in-one-place"]);
  expect(await brokenRules({ "extension/editor/a.ts": text, ...stub })).toEqual([]);
  expect(await brokenRules({ "extension/views/a.ts": text, ...stub })).toEqual(["vscode-in-one-place"]);
});

test("the server reaches no native code, not even through other files", async () => {
  const files = {
    "daemon/server/serve.ts": 'import "../training/a.ts";\n',
    "daemon/training/a.ts": 'import "./b.ts";\n',
    "daemon/training/b.ts": 'import "@duckdb/node-api";\n',
    "node_modules/@duckdb/node-api/package.json": '{"name":"@duckdb/node-api","main":"index.js"}',
    "node_modules/@duckdb/node-api/index.js": "export const duckdb = 1;\n",
  };
  expect(await brokenRules(files)).toEqual(["no-native-code-in-the-server"]);
});

test("a circle of imports is an error", async () => {
  const files = {
    "daemon/engine/a.ts": 'import { b } from "./b.ts";\nexport const a = () => b;\n',
    "daemon/engine/b.ts": 'import { a } from "./a.ts";\nexport const b = () => a;\n',
  };
  expect(await brokenRules(files)).toEqual(["no-circle"]);
});

test("what the table of folders in docs/architecture.md allows is allowed", async () => {
  const files = {
    ...importing("daemon/cli/a.ts", "daemon/server/b.ts"),
    ...importing("daemon/server/c.ts", "daemon/training/d.ts"),
    ...importing("daemon/training/e.ts", "daemon/forecasting/f.ts"),
    ...importing("daemon/forecasting/g.ts", "daemon/engine/h.ts"),
    ...importing("daemon/engine/i.ts", "protocol/j.ts"),
    ...importing("extension/k.ts", "protocol/l.ts"),
    ...importing("webview/m.ts", "protocol/n.ts"),
  };
  expect(await brokenRules(files)).toEqual([]);
});
