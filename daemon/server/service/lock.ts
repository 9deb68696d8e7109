import { closeSync, openSync, rmSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { writeAtomically } from "../../training/files/atomic-file.ts";
import { type DaemonFile, daemonFileName } from "./daemon-file.ts";

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
    const path = join(home, "daemon.lock");
    // Whoever can read the file can lock it.
    closeSync(openSync(path, "a", 0o600));
    const held = new Sqlite(path, { timeout: 0 });
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
    // What a daemon that was killed said of itself no longer holds.
    rmSync(join(home, daemonFileName), { force: true });
    return new DaemonLock(home, held);
  }

  /** Tells clients where the daemon answers. */
  async announce(file: DaemonFile): Promise<void> {
    await writeAtomically(join(this.#home, daemonFileName), JSON.stringify(file));
  }

  release(): void {
    rmSync(join(this.#home, daemonFileName), { force: true });
    this.#held.close();
  }
}
