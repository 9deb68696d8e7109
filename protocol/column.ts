import { z } from "zod";

/**
 * Numbers of one column as text: `f4:` or `f8:` and the base64 of little-endian 32- or 64-bit floats, NaN where missing.
 * A million numbers take 5.3 MB, parse as one JSON string and are decoded only when somebody looks at them.
 */
export const columnSchema = z
  .string()
  .refine((text) => text.startsWith("f4:") || text.startsWith("f8:"), "Expected a column starting with f4: or f8:.");

export type Column = z.infer<typeof columnSchema>;

/** Integers above this are not exact in 32 bits. */
const exactInteger = 2 ** 24;

/**
 * Packs numbers into a column: 32 bits (seven significant digits, enough to draw and to print) unless a value is a
 * whole number or beyond the range that 32 bits cannot hold.
 */
export function packColumn(values: ArrayLike<number>): Column {
  const wide = needsWide(values);
  const array = wide ? Float64Array.from(values) : Float32Array.from(values);
  return `${wide ? "f8" : "f4"}:${base64(new Uint8Array(array.buffer))}`;
}

function needsWide(values: ArrayLike<number>): boolean {
  for (let i = 0; i < values.length; i++) {
    const value = Math.abs(values[i]!);
    if (value > exactInteger && (Number.isInteger(value) || value > 1e38)) return true;
    if (value > 0 && value < 1e-37) return true;
  }
  return false;
}

/** Numbers of a column. Throws where the text is not a column. */
export function unpackColumn(column: Column): Float32Array | Float64Array {
  const wide = column.startsWith("f8:");
  const bytes = wide || column.startsWith("f4:") ? bytesOf(column.slice(3)) : undefined;
  if (bytes === undefined || bytes.length % (wide ? 8 : 4) !== 0) {
    throw new TypeError("A column of the report is damaged: write the report again.");
  }
  return wide ? new Float64Array(bytes.buffer) : new Float32Array(bytes.buffer);
}

/** How many numbers a column holds, without decoding it. */
export function columnLength(column: Column): number {
  const padding = column.endsWith("==") ? 2 : column.endsWith("=") ? 1 : 0;
  const bytes = ((column.length - 3) / 4) * 3 - padding;
  return bytes / (column.startsWith("f8:") ? 8 : 4);
}

function base64(bytes: Uint8Array): string {
  // Arguments of one call are limited, so the text grows in slices.
  let text = "";
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(text);
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}
