import { cp, mkdir } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { folders, openFile } from "../editor/files.ts";
import type { Host } from "../host.ts";

/** Copies the retail example into the workspace (or the home folder where none is open) and opens it. */
export async function openExample(host: Host): Promise<void> {
  const into = join(folders()[0] ?? homedir(), "almanac-example");
  await mkdir(into, { recursive: true });
  await cp(join(host.extension, "examples", "retail"), into, { recursive: true, force: false });
  await openFile(join(into, "retail.forecast.yaml"));
}
