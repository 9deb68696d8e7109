import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { DataError } from "../../../protocol/errors.ts";

/** Text that is gathered before it is written, in characters. */
const batch = 1 << 16;

/**
 * Writes text piece by piece; the file appears whole or not at all, and an older one stays until then. Throws a DataError
 * that names the file where the disk is full or the folder read-only.
 */
export async function writeTextFile(path: string, pieces: Iterable<string>): Promise<void> {
  const temporary = `${path}.partial`;
  try {
    await pipeline(Readable.from(gather(pieces)), createWriteStream(temporary, { flush: true }));
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    const full = (error as NodeJS.ErrnoException).code === "ENOSPC";
    const reason = full ? "the disk is full" : error instanceof Error ? error.message : String(error);
    throw new DataError(`${path} cannot be written: ${reason}.`, {
      code: "output-not-written",
      file: path,
      fix: full ? "Free some space and run again." : "Choose another folder with --out.",
      cause: error,
    });
  }
}

/** Writes a value as indented JSON. */
export function writeJsonFile(path: string, value: unknown): Promise<void> {
  return writeTextFile(path, [`${JSON.stringify(value, null, 2)}\n`]);
}

function* gather(pieces: Iterable<string>): Generator<string> {
  let text = "";
  for (const piece of pieces) {
    text += piece;
    if (text.length >= batch) {
      yield text;
      text = "";
    }
  }
  yield text;
}
