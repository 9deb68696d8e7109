import { type SchemaNode, schemasAt } from "../../../protocol/experiment/json-schema.ts";
import type { Path } from "./document.ts";
import type { Facts } from "./facts.ts";
import { optionsOf } from "./model-docs.ts";

/** Every schema that may hold at `path`, the hyperparameters of models included. */
export function schemasFor(path: Path, facts: Facts): SchemaNode[] {
  if (path[0] !== "search" || path[1] !== "models" || path.length < 3) return schemasAt(path);
  const card = facts.models.find(({ name }) => name === path[2]);
  if (card === undefined) return [];
  let nodes = [optionsOf(card)];
  for (const key of path.slice(3)) {
    nodes = nodes.flatMap((node) => {
      const child = typeof key === "number" ? node.items : node.properties?.[key];
      return child === undefined ? [] : (child.anyOf ?? [child]);
    });
  }
  return nodes;
}

/** The one-paragraph docs of the key at `path`. */
export function describe(path: Path, facts: Facts): string | undefined {
  const own = schemasFor(path, facts).find(({ description }) => description !== undefined)?.description;
  return own ?? unionDescription(path, facts);
}

/** A union's text stands on the union itself, one level above the alternatives. */
function unionDescription(path: Path, facts: Facts): string | undefined {
  const key = path.at(-1);
  if (typeof key !== "string") return undefined;
  const parents = schemasFor(path.slice(0, -1), facts);
  return parents.map((node) => node.properties?.[key]?.description).find((text) => text !== undefined);
}

/** The default of the key at `path`, as the file would write it. */
export function defaultOf(path: Path, facts: Facts): unknown {
  const key = String(path.at(-1));
  return schemasFor(path.slice(0, -1), facts)
    .map((node) => node.properties?.[key]?.default)
    .find((value) => value !== undefined);
}

/** Words a value at `path` may be: enumerations and true/false. */
export function choices(path: Path, facts: Facts): string[] {
  return schemasFor(path, facts).flatMap((node) => {
    if (node.enum !== undefined) return node.enum.map(String);
    if (node.const !== undefined) return [String(node.const)];
    return node.type === "boolean" ? ["true", "false"] : [];
  });
}
