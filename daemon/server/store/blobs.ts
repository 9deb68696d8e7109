import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { copyFile, link, mkdir, readdir, readFile, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DataError } from "../../../protocol/errors.ts";
import { writeAtomically } from "../../training/files/atomic-file.ts";
import { sha256 } from "../../training/files/digest.ts";

/** Bytes named by their SHA-256. A disk folder today; an object store fits the same interface. */
export interface BlobStore {
  /** Keeps the bytes and returns their digest (64 hexadecimal characters); the same bytes are kept once. */
  put(bytes: Uint8Array): Promise<string>;
  /** Keeps a file that is on this machine's disk already, without a second copy of its bytes where the disk can share them. */
  adopt(path: string): Promise<{ digest: string; size: number }>;
  /** The bytes, checked against their digest; undefined where absent. Rejects with a DataError where damaged. */
  get(digest: string): Promise<Uint8Array | undefined>;
  has(digest: string): Promise<boolean>;
  delete(digest: string): Promise<void>;
  /** Every blob, with the moment it was last written in milliseconds. */
  list(): AsyncIterable<{ digest: string; writtenAt: number }>;
}

const digestPattern = /^[0-9a-f]{64}$/;

/** Blobs in a folder, spread over 256 subfolders by the digest's first byte. */
export class DiskBlobStore implements BlobStore {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  async put(bytes: Uint8Array): Promise<string> {
    const digest = sha256(bytes);
    if (!(await this.has(digest))) {
      await writeAtomically(this.#path(digest), bytes);
    }
    return digest;
  }

  async adopt(path: string): Promise<{ digest: string; size: number }> {
    const hash = createHash("sha256");
    let size = 0;
    for await (const chunk of createReadStream(path)) {
      hash.update(chunk as Buffer);
      size += (chunk as Buffer).length;
    }
    const digest = hash.digest("hex");
    const target = this.#path(digest);
    await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    await link(path, target).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") {
        await copyFile(path, target);
      }
    });
    return { digest, size };
  }

  async get(digest: string): Promise<Uint8Array | undefined> {
    const bytes = await readFile(this.#path(digest)).catch(absent);
    if (bytes !== undefined && sha256(bytes) !== digest) {
      throw new DataError(`The stored file ${digest.slice(0, 12)}… is damaged: its bytes do not match its name.`, {
        code: "stored-file-damaged",
        fix: "Delete the run it belongs to and run it again; check the disk.",
      });
    }
    return bytes;
  }

  async has(digest: string): Promise<boolean> {
    return (await stat(this.#path(digest)).catch(absent)) !== undefined;
  }

  async delete(digest: string): Promise<void> {
    await rm(this.#path(digest), { force: true });
  }

  async *list(): AsyncIterable<{ digest: string; writtenAt: number }> {
    for (const folder of (await readdir(this.#root).catch(absent)) ?? []) {
      for (const digest of (await readdir(join(this.#root, folder)).catch(absent)) ?? []) {
        const found = digestPattern.test(digest)
          ? await stat(join(this.#root, folder, digest)).catch(absent)
          : undefined;
        if (found) {
          yield { digest, writtenAt: found.mtimeMs };
        }
      }
    }
  }

  #path(digest: string): string {
    if (!digestPattern.test(digest)) {
      throw new DataError("A stored file is named by 64 hexadecimal characters.", { code: "not-a-digest" });
    }
    return join(this.#root, digest.slice(0, 2), digest);
  }
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT" && error.code !== "ENOTDIR") {
    throw error;
  }
  return undefined;
}
