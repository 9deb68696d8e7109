import { z } from "zod";
import { experimentSchema } from "./schema.ts";

/** The part of JSON Schema that the experiment's schema uses. */
export interface SchemaNode {
  readonly type?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | SchemaNode;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
  readonly enum?: readonly (string | number)[];
  readonly const?: string | number | boolean;
  readonly default?: unknown;
  readonly pattern?: string;
}

/** JSON Schema (draft-07) of the experiment file as a person writes it. */
export function experimentJsonSchema(): SchemaNode {
  // SAFETY: zod emits plain JSON Schema; SchemaNode names the keywords that can occur in this schema.
  return z.toJSONSchema(experimentSchema, { target: "draft-07", io: "input" }) as SchemaNode;
}

let root: SchemaNode | undefined;

/**
 * Every schema that may hold at `path` (keys from the document's root; list indices as numbers).
 * Alternatives of a union are all returned; unknown paths give an empty list.
 */
export function schemasAt(path: readonly (string | number)[]): SchemaNode[] {
  root ??= experimentJsonSchema();
  let nodes = alternatives(root);
  for (const key of path) nodes = nodes.flatMap((node) => step(node, key)).flatMap(alternatives);
  return nodes;
}

/** Keys that are allowed in the mapping at `path`, in the order of the schema. */
export function keysAt(path: readonly (string | number)[]): string[] {
  return [...new Set(schemasAt(path).flatMap((node) => Object.keys(node.properties ?? {})))];
}

/** The section in which a misplaced key would be right. */
export function sectionOf(key: string): string | undefined {
  return ["data", "covariates", "forecast", "evaluation", "search", "train"].find((name) =>
    keysAt([name]).includes(key),
  );
}

function alternatives(node: SchemaNode): SchemaNode[] {
  return node.anyOf === undefined ? [node] : node.anyOf.flatMap(alternatives);
}

function step(node: SchemaNode, key: string | number): SchemaNode[] {
  if (typeof key === "number") return node.items === undefined ? [] : [node.items];
  const child = node.properties?.[key];
  if (child !== undefined) return [child];
  return typeof node.additionalProperties === "object" ? [node.additionalProperties] : [];
}
