/**
 * How a stream makes its numbers. `weyl` is a Weyl sequence mixed by Murmur3's finaliser. `mulberry32` is Tommy
 * Ettinger's generator of that name. Trees and sampled rows of features keep it: another one would change forecasts.
 */
export type Generator = "weyl" | "mulberry32";

/** A reproducible stream of uniform numbers in [0, 1) from a 32-bit seed: the same on every machine. */
export function uniformStream(seed: number, generator: Generator = "weyl"): () => number {
  let state = seed | 0;
  const [step, mixed] = generator === "weyl" ? [0x9e3779b9, murmur] : [0x6d2b79f5, mulberry];
  return () => {
    state = (state + step) | 0;
    return mixed(state) / 4294967296;
  };
}

/** A uniform number in [0, 1) that depends on seed and index alone, so that threads and order do not matter. */
export function uniformAt(seed: number, index: number): number {
  return mulberry((Math.imul(seed, 0x9e3779b1) + Math.imul(index, 0x6d2b79f5)) | 0) / 4294967296;
}

/** A reproducible stream of standard normal numbers (Box and Muller 1958). */
export function normalStream(seed: number): () => number {
  const uniform = uniformStream(seed);
  let spare = Number.NaN;
  return () => {
    if (!Number.isNaN(spare)) {
      const value = spare;
      spare = Number.NaN;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    const angle = 2 * Math.PI * uniform();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
}

/** 32 well-mixed bits of an integer, as an unsigned number (Murmur3's finaliser). */
function murmur(state: number): number {
  let mixed = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** 32 well-mixed bits of an integer, as an unsigned number (mulberry32's). */
function mulberry(state: number): number {
  let mixed = Math.imul(state ^ (state >>> 15), state | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return (mixed ^ (mixed >>> 14)) >>> 0;
}
