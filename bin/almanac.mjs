#!/usr/bin/env node
// Plain JavaScript that any Node since 12 can parse: it finds a Node that is new enough, then hands over to the command line proper.
import { spawn } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import module from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const [major, minor] = process.versions.node.split(".").map(Number);
const newEnough = major > 22 || (major === 22 && minor >= 18);
const source = join(root, "daemon", "cli", "main.ts");

/** What to run: the daemon from its bundle where that is of these sources. */
function entryOf() {
  if (process.argv[2] === "serve" && isFresh()) return join(root, "dist", "serve", "main.js");
  return existsSync(source) ? source : join(root, "dist", "daemon", "cli", "main.js");
}

/** Whether the bundled daemon was built of the sources as they are: it starts in a fraction of the time. */
function isFresh() {
  try {
    const inputs = JSON.parse(readFileSync(join(root, "dist", "serve", "inputs.json"), "utf8"));
    return inputs.every(([path, size, mtimeMs]) => {
      const now = statSync(join(root, path));
      return now.size === size && now.mtimeMs === mtimeMs;
    });
  } catch {
    return false;
  }
}

// Compiled code is kept between starts, for this process and for every worker it forks.
const cache = process.env.NODE_COMPILE_CACHE || join(tmpdir(), "node-compile-cache");

if (newEnough) {
  module.enableCompileCache(cache);
  process.env.NODE_COMPILE_CACHE = cache;
  globalThis.almanacSources = existsSync(source);
  await import(pathToFileURL(entryOf()).href);
} else {
  const pinned = join(root, "node_modules", "node", "bin", process.platform === "win32" ? "node.exe" : "node");
  if (existsSync(pinned)) {
    const child = spawn(pinned, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
      stdio: "inherit",
      env: Object.assign({}, process.env, { NODE_COMPILE_CACHE: cache }),
    });
    const forward = (signal) => process.on(signal, () => child.kill(signal));
    forward("SIGINT");
    forward("SIGTERM");
    child.on("exit", (code, signal) => process.exit(signal === "SIGINT" ? 130 : (code ?? 1)));
  } else {
    console.error(
      `almanac: this is Node ${process.versions.node}; Almanac needs Node 22.18 or newer. In the project folder \`npm ci\` installs the pinned Node 24.`,
    );
    process.exit(1);
  }
}
