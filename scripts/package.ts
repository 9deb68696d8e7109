/** `npm run package`: builds everything and packs the extension for this machine, to try it; prints the path. */
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { command } from "./release/command.ts";
import { type Places, root } from "./release/places.ts";
import { hostTarget } from "./release/targets.ts";
import { packVsix } from "./release/vsix.ts";

/** Packs the extension for this machine into `out/`; returns the path. */
export function packageExtension(): string {
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const places: Places = { version, out: join(root, "out"), work: join(root, "out", ".package") };
  mkdirSync(places.work, { recursive: true });
  command(process.execPath, ["scripts/build.ts"], { cwd: root });
  return packVsix(places, hostTarget());
}

if (import.meta.main) console.log(packageExtension());
