/** A stream of uniform numbers in [0, 1) from a seed (mulberry32). */
export function randomStream(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    return mix(state) / 4294967296;
  };
}

/** A uniform number in [0, 1) that depends on seed and index alone, so that threads and order do not matter. */
export function randomAt(seed: number, index: number): number {
  return mix((Math.imul(seed, 0x9e3779b1) + Math.imul(index, 0x6d2b79f5)) | 0) / 4294967296;
}

function mix(value: number): number {
  let t = Math.imul(value ^ (value >>> 15), value | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return (t ^ (t >>> 14)) >>> 0;
}
