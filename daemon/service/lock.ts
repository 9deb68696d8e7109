import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { z } from "zod";
import { writeAtomically } from "../store/atomic-file.ts";

/** What a running daemon says of itself in its data folder. */
export const daemonFileSchema = z.object({ url: z.string(), tokenFile: z.string(), pid: z.int(), version: z.string() });

export type DaemonFile = z.infer<typeof daemonFileSchema>;

const fileName = "daemon.json";

/** What the daemon of a data folder wrote about itself; undefined where none did. */
export function readDaemonFile(home: string): DaemonFile | undefined {
  try {
    return daemonFileSchema.parse(JSON.parse(readFileSync(join(home, fileName), "utf8")));
  } catch {
    return undefined;
  }
}

/**
 * One daemon a data folder. The lock is the operating system's, held on a small database file: it goes with the process,
 * however that ends, so that no lock is ever left behind.
 */
export class DaemonLock {
  readonly #home: string;
  readonly #held: Sqlite.Database;

  private constructor(home: string, held: Sqlite.Database) {
    this.#home = home;
    this.#held = held;
  }

  /** Takes the lock; undefined where another daemon holds it. */
  static take(home: string): DaemonLock | undefined {
    const held = new Sqlite(join(home, "daemon.lock"), { timeout: 0 });
    try {
      held.pragma("locking_mode = EXCLUSIVE");
      held.exec("begin exclusive");
    } catch (error) {
      held.close();
      if ((error as { code?: string }).code?.startsWith("SQLITE_BUSY")) {
        return undefined;
      }
      throw error;
    }
    return new DaemonLock(home, held);
  }

  /** Tells clients where the daemon answers. */
  async announce(file: DaemonFile): Promise<void> {
    await writeAtomically(join(this.#home, fileName), JSON.stringify(file));
  }

  release(): void {
    rmSync(join(this.#home, fileName), { force: true });
    this.#held.close();
  }
}
