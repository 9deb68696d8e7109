#!/usr/bin/env node
// Plain JavaScript that any Node since 12 can parse: it finds a Node that is new enough, then hands over to the command line proper.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import module from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const [major, minor] = process.versions.node.split(".").map(Number);
const newEnough = major > 22 || (major === 22 && minor >= 18);
const source = join(root, "daemon", "cli.ts");
const entry = existsSync(source) ? source : join(root, "dist", "daemon", "cli.js");

// Compiled code is kept between starts, for this process and for every worker it forks.
const cache = process.env.NODE_COMPILE_CACHE || join(tmpdir(), "node-compile-cache");

if (newEnough) {
  module.enableCompileCache(cache);
  process.env.NODE_COMPILE_CACHE = cache;
  await import(pathToFileURL(entry).href);
} else {
  const pinned = join(root, "node_modules", "node", "bin", process.platform === "win32" ? "node.exe" : "node");
  if (existsSync(pinned)) {
    const child = spawn(pinned, [entry, ...process.argv.slice(2)], {
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
