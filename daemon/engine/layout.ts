import type { Parameter } from "./parameters.ts";

/** Parameters that share one tensor in the optimizer: a large one alone in its shape, small ones one after the other. */
export interface Group {
  readonly members: readonly Parameter[];
  readonly shape: readonly number[];
  readonly decay: boolean;
}

/** Values from which a parameter has a tensor of its own: below, an operator's fixed cost outweighs copying. */
const ownTensorFrom = 8192;

/**
 * Groups parameters for the optimizer, whose cost is a fixed number of operators a group. The same parameters give the
 * same groups on every back end, so that training can move between them.
 */
export function groupParameters(parameters: readonly Parameter[]): Group[] {
  const groups: Group[] = parameters
    .filter(({ initial }) => initial.length >= ownTensorFrom)
    .map((parameter) => ({ members: [parameter], shape: parameter.shape, decay: parameter.decay }));
  for (const decay of [true, false]) {
    const members = parameters.filter((each) => each.initial.length < ownTensorFrom && each.decay === decay);
    if (members.length === 0) continue;
    const size = members.reduce((total, { initial }) => total + initial.length, 0);
    groups.push({ members, shape: members.length === 1 ? members[0]!.shape : [size], decay });
  }
  return groups;
}

/** Values of a group's members one after the other. */
export function joinGroup(group: Group, values: (parameter: Parameter) => Float32Array): Float32Array {
  const joined = new Float32Array(group.shape.reduce((product, size) => product * size, 1));
  let offset = 0;
  for (const member of group.members) {
    joined.set(values(member), offset);
    offset += member.initial.length;
  }
  return joined;
}

/** Values of each member of a group, by name (views). */
export function splitGroup(group: Group, joined: Float32Array): [string, Float32Array][] {
  let offset = 0;
  return group.members.map((member) => {
    const start = offset;
    offset += member.initial.length;
    return [member.name, joined.subarray(start, offset)];
  });
}
