/**
 * Random numbers of the engine: initial weights, batches, and keys of the masks that a training graph makes itself. They
 * stand beside those of `forecasting/numerics`, which the engine may not import. `hash32` has an equal in the graph
 * (dropout), and saved training states count on `random` giving the same numbers.
 */

/** Uniform numbers in [0, 1) from a 32-bit seed: the same on every machine. */
export type Random = () => number;

/** Mixes 32-bit integers into one hash (Murmur3's finaliser over a running product). */
export function hash32(...parts: readonly number[]): number {
  let hash = 0x9e3779b9;
  for (const part of parts) {
    hash = Math.imul(hash ^ part, 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    hash ^= hash >>> 16;
  }
  return hash | 0;
}

/** Hash of a text. */
export function hashText(text: string): number {
  return hash32(...Array.from(text, (letter) => letter.codePointAt(0)!));
}

/** Small fast counter (sfc32, after Doty-Humphrey's PractRand) seeded with one integer. */
export function random(seed: number): Random {
  let a = hash32(seed, 1);
  let b = hash32(seed, 2);
  let c = hash32(seed, 3);
  let counter = 1;
  return () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
}

/** A standard normal number (Box and Muller 1958). */
export function normal(next: Random): number {
  return Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}

/** 0 … `count` - 1 in random order (Fisher and Yates). */
export function permutation(count: number, next: Random): Int32Array {
  const order = Int32Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last--) {
    const other = Math.floor(next() * (last + 1));
    const kept = order[last]!;
    order[last] = order[other]!;
    order[other] = kept;
  }
  return order;
}
