import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "almanac-entry-"));
  put("package.json", '{"type": "module"}');
  put("bin/almanac.mjs", "");
  copyFileSync(join(import.meta.dirname, "../../bin/almanac.mjs"), join(folder, "bin/almanac.mjs"));
  put("dist/daemon/main.js", 'console.log("bundle");');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function put(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

/** Makes the folder a clone with a bundle that was built from the present source. */
function makeClone(): void {
  put("daemon/cli/main.ts", 'console.log("source" as string);');
  const { size, mtimeMs } = statSync(join(folder, "daemon/cli/main.ts"));
  put("dist/daemon/inputs.json", JSON.stringify([["daemon/cli/main.ts", size, mtimeMs]]));
}

function started(): string {
  return execFileSync(process.execPath, [join(folder, "bin/almanac.mjs")], { encoding: "utf8" }).trim();
}

test("a release, which has no sources, starts from the bundle", () => {
  expect(started()).toBe("bundle");
});

test("a clone starts from the bundle if it was built from the present sources", () => {
  makeClone();
  expect(started()).toBe("bundle");
});

test("a clone starts from its sources if one has changed, is missing, or the bundle's list is missing", () => {
  makeClone();
  put("daemon/cli/main.ts", 'console.log("changed" as string);');
  expect(started()).toBe("changed");
  makeClone();
  put("dist/daemon/inputs.json", JSON.stringify([["daemon/cli/gone.ts", 1, 1]]));
  expect(started()).toBe("source");
  rmSync(join(folder, "dist/daemon/inputs.json"));
  expect(started()).toBe("source");
});
