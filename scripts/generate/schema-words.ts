import type { SchemaNode } from "../../protocol/experiment/json-schema.ts";

/** The type of a value in words, such as `list of string`. */
export function typeWords(node: SchemaNode): string {
  if (node.enum !== undefined) return node.enum.map((value) => `\`${value}\``).join(" ");
  if (node.const !== undefined) return `\`${node.const}\``;
  if (node.anyOf !== undefined) return node.anyOf.map(typeWords).join(" or ");
  if (node.type === "array") return `list of ${node.items === undefined ? "values" : typeWords(node.items)}`;
  if (node.type === "object") return "mapping";
  return node.type ?? "value";
}
