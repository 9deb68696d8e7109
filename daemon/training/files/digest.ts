import { createHash } from "node:crypto";

/** SHA-256 of the bytes, as 64 hexadecimal characters. */
export function sha256(bytes: Uint8Array | string): string {
  return createHash("sha256").update(bytes).digest("hex");
}
