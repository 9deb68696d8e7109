import type { NetworkShape } from "../network.ts";

/** Columns of an input that are chosen together, because they belong to one factor: indicators of a text, calendar cycles. */
export interface Variable {
  readonly name: string;
  readonly from: number;
  readonly width: number;
}

/** Variables of the past: the series' own history (with its mask), then known and observed factors. */
export function pastVariables(shape: NetworkShape): Variable[] {
  const own = shape.gaps ? ["history", "history"] : ["history"];
  const history = { name: "history", from: 0, width: own.length };
  const known = grouped(shape.factors.known, own.length);
  return [history, ...known, ...grouped(shape.factors.observed, own.length + shape.known)];
}

/** Variables of the future: what is known in advance. */
export function futureVariables({ factors }: NetworkShape): Variable[] {
  return grouped(factors.known, 0);
}

/** Variables of a series itself. */
export function fixedVariables({ factors }: NetworkShape): Variable[] {
  return grouped(factors.static, 0);
}

/** Runs of equal names, counted from column `start`. */
function grouped(names: readonly string[], start: number): Variable[] {
  const variables: { name: string; from: number; width: number }[] = [];
  names.forEach((name, index) => {
    const last = variables.at(-1);
    if (last?.name === name) last.width++;
    else variables.push({ name, from: start + index, width: 1 });
  });
  return variables;
}
