import { createHash, randomBytes } from "node:crypto";

const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
let lastTime = 0;
let counter = 0;

/**
 * A new identifier: prefix, milliseconds and a counter (both sort as text), then 50 random bits. Within a process
 * identifiers ascend even where the clock jumps backwards, so that the newest is always the last.
 */
export function newId(prefix: string): string {
  const now = Math.max(Date.now(), lastTime);
  counter = now === lastTime ? counter + 1 : 0;
  lastTime = now;
  const random = Array.from(randomBytes(10), (byte) => alphabet[byte & 31]).join("");
  return `${prefix}_${base32(now, 9)}${base32(counter, 3)}${random}`;
}

/**
 * The identifier of what follows from something else, the same every time it follows: prefix and `time` (milliseconds), then
 * bits of a digest of `cause`. It sorts by time as new ones do.
 */
export function derivedId(prefix: string, time: number, cause: string): string {
  const digest = createHash("sha256").update(cause).digest();
  const bits = Array.from(digest.subarray(0, 13), (byte) => alphabet[byte & 31]).join("");
  return `${prefix}_${base32(time, 9)}${bits}`;
}

/** Identifiers as they may appear in an address; anything else never reaches a query or a path. */
export const idPattern = /^[a-z]{2,5}_[0-9a-hjkmnp-tv-z]{22}$/;

function base32(value: number, length: number): string {
  let text = "";
  let rest = value;
  for (let position = 0; position < length; position++) {
    text = alphabet[rest % 32] + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}
