import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

/** What a running daemon says of itself in its data folder. */
export const daemonFileSchema = z.object({ url: z.string(), tokenFile: z.string(), pid: z.int(), version: z.string() });

export type DaemonFile = z.infer<typeof daemonFileSchema>;

/** Name of that file inside the data folder. */
export const daemonFileName = "daemon.json";

/** What the daemon of a data folder wrote about itself; undefined where none did. A killed daemon leaves it behind. */
export function readDaemonFile(home: string): DaemonFile | undefined {
  try {
    return daemonFileSchema.parse(JSON.parse(readFileSync(join(home, daemonFileName), "utf8")));
  } catch {
    return undefined;
  }
}
