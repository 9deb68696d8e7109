import { experimentJsonSchema, type SchemaNode } from "../../protocol/experiment/json-schema.ts";
import { generatedNote, markdownTable, wrapped } from "./markdown.ts";
import { typeWords } from "./schema-words.ts";

/** The reference of the experiment file: every key with type, default and meaning. */
export function experimentReference(): string {
  const rows = keysOf(experimentJsonSchema(), "");
  return wrapped(
    [
      generatedNote("protocol/experiment/schema.ts"),
      "# Experiment file",
      "A `NAME.forecast.yaml` file declares one experiment. `data.source`, `data.time`, `data.target` and `forecast.horizon` are required; every other key has a default.",
      markdownTable(["key", "type", "default", "meaning"], rows),
      "",
    ].join("\n\n"),
  );
}

function keysOf(node: SchemaNode, prefix: string): string[][] {
  return Object.entries(node.properties ?? {}).flatMap(([key, child]) => {
    const path = `${prefix}${key}`;
    const required = node.required?.includes(key) ?? false;
    const own = [`\`${path}\``, typeWords(child), defaultOf(child, required), child.description ?? ""];
    return [own, ...nested(child).flatMap((inner) => keysOf(inner, `${path}.`))];
  });
}

function nested(node: SchemaNode): SchemaNode[] {
  if (node.properties !== undefined) return [node];
  if (node.items?.properties !== undefined) return [node.items];
  return (node.anyOf ?? []).filter((one) => one.properties !== undefined);
}

function defaultOf(node: SchemaNode, required: boolean): string {
  if (required) return "required";
  const { default: value } = node;
  return value === undefined || JSON.stringify(value) === "{}" ? "" : `\`${JSON.stringify(value)}\``;
}
