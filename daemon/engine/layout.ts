import type { Parameter, Weights } from "./parameters.ts";

/**
 * All parameters one after the other in one vector. The optimizer then costs a dozen operators a step whatever the number
 * of parameters; splitting the vector for the forward pass costs one copy.
 */
export interface Layout {
  readonly members: readonly Parameter[];
  readonly size: number;
}

export function layoutOf(members: readonly Parameter[]): Layout {
  return { members, size: members.reduce((total, { initial }) => total + initial.length, 0) };
}

/** Values of all parameters as one vector. */
export function joinWeights(layout: Layout, weights: Weights): Float32Array {
  const joined = new Float32Array(layout.size);
  let offset = 0;
  for (const { name, initial } of layout.members) {
    joined.set(weights.get(name)!, offset);
    offset += initial.length;
  }
  return joined;
}

/** Values of each parameter by name (views of the vector). */
export function splitWeights(layout: Layout, joined: Float32Array): Weights {
  let offset = 0;
  return new Map(
    layout.members.map(({ name, initial }) => {
      const start = offset;
      offset += initial.length;
      return [name, joined.subarray(start, offset)];
    }),
  );
}
