import { readFileSync, writeFileSync } from "node:fs";

/** First four bytes of a universal file of macOS, which holds the same library for several processors. */
const FAT = 0xcafebabe;

/** Numbers that Mach-O files give the processors (mach/machine.h). */
const processors: Readonly<Record<string, number>> = { x64: 0x01000007, arm64: 0x0100000c };

/**
 * The part of a universal file of macOS for one processor, as `lipo -thin` gives it: each part is signed by itself. Any
 * other file is returned as it is. Throws an error if the file has no part for the processor.
 */
export function thinned(bytes: Buffer, cpu: string): Buffer {
  if (bytes.length < 8 || bytes.readUInt32BE(0) !== FAT) return bytes;
  const count = bytes.readUInt32BE(4);
  for (let part = 0; part < count; part++) {
    const at = 8 + 20 * part;
    if (bytes.readUInt32BE(at) !== processors[cpu]) continue;
    const offset = bytes.readUInt32BE(at + 8);
    return bytes.subarray(offset, offset + bytes.readUInt32BE(at + 12));
  }
  throw new Error(`The universal library has no part for ${cpu}.`);
}

/** Replaces a library by its part for one processor. */
export function thinFile(path: string, cpu: string): void {
  const bytes = readFileSync(path);
  const part = thinned(bytes, cpu);
  if (part !== bytes) writeFileSync(path, part);
}
