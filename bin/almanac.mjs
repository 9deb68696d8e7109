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
const bundle = join(root, "dist", "daemon", "main.js");

/** What to run: a release has only the bundle; a clone has its sources, and a bundle that starts sooner if it is built from them. */
function entryOf() {
  return !existsSync(source) || isFresh() ? bundle : source;
}

/** Whether the bundle was built from the sources as they are. */
function isFresh() {
  try {
    const inputs = JSON.parse(readFileSync(join(root, "dist", "daemon", "inputs.json"), "utf8"));
    return inputs.every(([path, size, mtimeMs]) => {
      const now = statSync(join(root, path));
      return now.size === size && now.mtimeMs === mtimeMs;
    });
  } catch {
    return false;
  }
}

// Compiled code is kept between starts, for this process and for every process that it forks.
const cache = process.env.NODE_COMPILE_CACHE || join(tmpdir(), "node-compile-cache");

if (newEnough) {
  module.enableCompileCache(cache);
  process.env.NODE_COMPILE_CACHE = cache;
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
    const remedy = existsSync(source)
      ? "In the project folder `npm ci` installs the pinned Node 24."
      : "Install a newer Node from nodejs.org.";
    console.error(`almanac: this is Node ${process.versions.node}; Almanac needs Node 22.18 or newer. ${remedy}`);
    process.exit(1);
  }
}
