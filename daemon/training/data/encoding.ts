import { createReadStream, createWriteStream } from "node:fs";
import path from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { DataError, type Problem } from "../../../protocol/errors.ts";
import { headOf, type SourceFile } from "./sources.ts";

/** A label of the encoding standard, such as `utf-8`. */
export type Encoding = string;

/** Encoding of a text from its first bytes: byte order mark, zero bytes of UTF-16, or bytes that no UTF-8 has. */
export function encodingOf(head: Buffer): Encoding | "binary" {
  if (head[0] === 0xff && head[1] === 0xfe) return "utf-16le";
  if (head[0] === 0xfe && head[1] === 0xff) return "utf-16be";
  const looked = head.subarray(0, 4096);
  let even = 0;
  let odd = 0;
  looked.forEach((byte, index) => {
    if (byte === 0) index % 2 === 0 ? even++ : odd++;
  });
  if (odd > looked.length / 5 && even === 0) return "utf-16le";
  if (even > looked.length / 5 && odd === 0) return "utf-16be";
  if (even + odd > 0) return "binary";
  return validUtf8(head) ? "utf-8" : "windows-1252";
}

function validUtf8(bytes: Buffer): boolean {
  try {
    // A character cut by the end of the sample is no error: streaming mode keeps it back.
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}

/** Whether all bytes of a text file are UTF-8. Compressed files are taken to be. */
export async function isUtf8(file: SourceFile): Promise<boolean> {
  if (file.path.toLowerCase().endsWith(".gz")) return true;
  const decoder = new TextDecoder("utf-8", { fatal: true });
  try {
    for await (const chunk of createReadStream(file.path, { highWaterMark: 1 << 20 })) {
      decoder.decode(chunk as Buffer, { stream: true });
    }
    decoder.decode();
    return true;
  } catch {
    return false;
  }
}

/**
 * A text file that DuckDB can read: the file itself where it is UTF-8, otherwise a copy in UTF-8 under `temporary`.
 * `assume` overrides the guess, for files whose first foreign byte lies behind the part that was looked at.
 */
export async function asUtf8(
  file: SourceFile,
  temporary: string,
  warnings: Problem[],
  assume?: Encoding,
): Promise<{ path: string; head: string }> {
  const head = headOf(file);
  const encoding = new TextDecoder(assume ?? plainLabel(encodingOf(head))).encoding;
  const guessed = assume === undefined || assume === foreignEncoding;
  if (assume === undefined && encodingOf(head) === "binary") {
    throw new DataError(`${file.label} is a binary file, not delimited text.`, {
      code: "binary-file",
      file: file.label,
      fix: "Name a CSV, TSV, Parquet, JSON or NDJSON file.",
    });
  }
  const decoder = new TextDecoder(encoding);
  const text = decoder.decode(head, { stream: true });
  if (encoding === "utf-8") return { path: file.path, head: text };
  const copy = path.join(temporary, `${path.basename(file.path).replace(/\.gz$/, "")}.${file.bytes}.csv`);
  await transcode(file, encoding, copy);
  if (guessed)
    warnings.push({
      severity: encoding === "windows-1252" ? "warning" : "information",
      code: "encoding",
      message: `${file.label} is not UTF-8; it was read as ${encoding === "windows-1252" ? "Windows-1252 (Latin-1)" : encoding.toUpperCase()}.`,
      fix: "Name the right one in `data.format: {encoding: …}` if names look wrong.",
      file: file.label,
    });
  return { path: copy, head: text };
}

/** What a text is taken for that is not UTF-8. */
export const foreignEncoding = "windows-1252";

function plainLabel(found: Encoding): Encoding {
  return found === "binary" ? "utf-8" : found;
}

async function transcode(file: SourceFile, encoding: Encoding, copy: string): Promise<void> {
  const decoder = new TextDecoder(encoding);
  const decode = new Transform({
    transform: (chunk: Buffer, _encoding, done) => done(null, decoder.decode(chunk, { stream: true })),
    flush: (done) => done(null, decoder.decode()),
  });
  const source = createReadStream(file.path);
  const target = createWriteStream(copy);
  if (file.path.toLowerCase().endsWith(".gz")) await pipeline(source, createGunzip(), decode, target);
  else await pipeline(source, decode, target);
}
