import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { Transform, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import type { DataRequest } from "./request.ts";
import { damagedCompression, type SourceFile } from "./sources.ts";

/**
 * SHA-256 over the bytes of all files and the request. Compressed files are unpacked to their end on the way: DuckDB
 * takes a gzip file that was cut off for a shorter one, which would lose rows in silence.
 */
export async function fingerprintOf(files: readonly SourceFile[], request: DataRequest): Promise<string> {
  const hash = createHash("sha256");
  const { directory: _, ...plain } = request;
  hash.update(JSON.stringify(plain));
  for (const file of files) {
    const bytes = createReadStream(file.path, { highWaterMark: 1 << 20 });
    const hashed = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        hash.update(chunk);
        done(null, file.path.toLowerCase().endsWith(".gz") ? chunk : undefined);
      },
    });
    const sink = new Writable({ write: (_chunk, _encoding, done) => done() });
    if (!file.path.toLowerCase().endsWith(".gz")) await pipeline(bytes, hashed, sink);
    else {
      await pipeline(bytes, hashed, createGunzip(), sink).catch((error: unknown) => {
        throw damagedCompression(file, error);
      });
    }
  }
  return hash.digest("hex");
}
