import { readFile, rm, utimes } from "node:fs/promises";
import { join } from "node:path";
import { writeAtomically } from "./atomic-file.ts";
import { sha256 } from "./digest.ts";

/** Results of finished work by a key that names everything the result depends on. */
export interface TaskCache {
  get(key: string): Promise<Uint8Array | undefined>;
  put(key: string, bytes: Uint8Array): Promise<void>;
}

const DIGEST_BYTES = 32;

/**
 * A task cache in a folder, safe to share between processes: entries appear whole or not at all, and carry the SHA-256
 * of their bytes, so that a damaged entry is a miss and its task is simply done again.
 */
export class DiskTaskCache implements TaskCache {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    const entry = await readFile(this.#path(key)).catch(() => undefined);
    if (entry === undefined || entry.length < DIGEST_BYTES) {
      return undefined;
    }
    // What is asked for stays: entries that nobody asks for go after a while.
    const now = new Date();
    await utimes(this.#path(key), now, now).catch(() => undefined);
    const bytes = entry.subarray(DIGEST_BYTES);
    return entry.subarray(0, DIGEST_BYTES).toString("hex") === sha256(bytes) ? new Uint8Array(bytes) : undefined;
  }

  async put(key: string, bytes: Uint8Array): Promise<void> {
    await writeAtomically(this.#path(key), Buffer.concat([Buffer.from(sha256(bytes), "hex"), bytes]));
  }

  async remove(key: string): Promise<void> {
    await rm(this.#path(key), { force: true });
  }

  #path(key: string): string {
    const name = sha256(key);
    return join(this.#root, name.slice(0, 2), name);
  }
}
