/** `npm run generate`: writes everything that is derived from code; with `--check` says what is out of date. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { generators } from "./generate/generators.ts";

const root = join(import.meta.dirname, "..");
const check = process.argv.includes("--check");
let stale = 0;
for (const { path, text } of generators) {
  const file = join(root, path);
  const wanted = await text();
  if (read(file) === wanted) continue;
  stale++;
  if (check) console.error(`${path} is out of date. Run: npm run generate`);
  else {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, wanted);
    console.log(`wrote ${path}`);
  }
}
if (check && stale > 0) process.exitCode = 1;

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
