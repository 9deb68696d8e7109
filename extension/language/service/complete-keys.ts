import { CompletionItemKind, InsertTextFormat } from "vscode-languageserver-types";
import type { SchemaNode } from "../../../protocol/experiment/json-schema.ts";
import { columnDetail, columnMarkdown } from "./column-docs.ts";
import type { Suggestion } from "./completion.ts";
import type { Cursor } from "./cursor.ts";
import { type ForecastDocument, type Path, valueAt } from "./document.ts";
import type { Facts } from "./facts.ts";
import { modelMarkdown } from "./model-docs.ts";
import { defaultOf, describe, schemasFor } from "./schema-docs.ts";
import { yamlScalar } from "./text.ts";

/** Keys that may be written at the cursor and are not there yet. */
export function keyItems(cursor: Cursor, document: ForecastDocument, facts: Facts): Suggestion[] {
  const free = ownKeys(cursor, document, facts) ?? schemaKeys(cursor, facts);
  return free.filter(({ label }) => !cursor.siblings.includes(label));
}

/** Keys that come from the data or the models rather than from the schema. */
function ownKeys(cursor: Cursor, document: ForecastDocument, facts: Facts): Suggestion[] | undefined {
  const { path } = cursor;
  if (path[0] === "search" && path[1] === "models" && path.length === 2) {
    return facts.models.map((card) => ({
      label: card.name,
      kind: CompletionItemKind.Class,
      detail: card.summary,
      documentation: { kind: "markdown", value: modelMarkdown(card) },
      insert: cursor.colon ? card.name : `${card.name}: {}`,
    }));
  }
  if (path[0] !== "scenarios" || path.length !== 3) return undefined;
  if (path[2] === "set") return columnKeys(valueAt(document, ["covariates", "known"]), cursor, facts);
  return path[2] === "series" ? columnKeys(valueAt(document, ["data", "series"]), cursor, facts) : undefined;
}

function columnKeys(names: unknown, cursor: Cursor, facts: Facts): Suggestion[] {
  const list = Array.isArray(names) ? names.map(String) : names === undefined ? [] : [String(names)];
  return list.map((name) => {
    const column = facts.data?.columns.find((candidate) => candidate.name === name);
    return {
      label: name,
      kind: CompletionItemKind.Field,
      insert: cursor.colon ? yamlScalar(name) : `${yamlScalar(name)}: `,
      ...(column === undefined
        ? {}
        : {
            labelDetails: { description: columnDetail(column) },
            documentation: { kind: "markdown" as const, value: columnMarkdown(column, facts.data!) },
          }),
    };
  });
}

function schemaKeys(cursor: Cursor, facts: Facts): Suggestion[] {
  const parents = schemasFor(cursor.path, facts);
  const required = new Set(parents.flatMap((node) => node.required ?? []));
  const keys = [...new Set(parents.flatMap((node) => Object.keys(node.properties ?? {})))];
  const ordered = [...keys.filter((key) => required.has(key)), ...keys.filter((key) => !required.has(key))];
  return ordered.map((key) => schemaKey(key, cursor, required.has(key), facts));
}

function schemaKey(key: string, cursor: Cursor, required: boolean, facts: Facts): Suggestion {
  const path = [...cursor.path, key];
  const fallback = defaultOf(path, facts);
  const shown = typeof fallback === "object" ? undefined : fallback;
  const text = describe(path, facts);
  const shape = shapeOf(schemasFor(path, facts));
  return {
    label: key,
    kind: shape === "mapping" ? CompletionItemKind.Module : CompletionItemKind.Property,
    ...(required ? { labelDetails: { description: "required" } } : {}),
    ...(shown === undefined ? {} : { detail: `default: ${String(shown)}` }),
    ...(text === undefined ? {} : { documentation: { kind: "markdown", value: text } }),
    insertTextFormat: InsertTextFormat.Snippet,
    insert: cursor.colon ? key : `${key}:${snippetOf(path, shape, cursor.flow)}`,
    ...(shape === "scalar" && !cursor.colon ? { command: suggestAgain } : {}),
  };
}

const suggestAgain = { title: "Suggest", command: "editor.action.triggerSuggest" };

type Shape = "mapping" | "list" | "scalar";

function shapeOf(nodes: readonly SchemaNode[]): Shape {
  if (
    nodes.some(({ type, enum: words, const: word }) =>
      type === undefined ? (words ?? word) !== undefined : !["object", "array"].includes(type),
    )
  )
    return "scalar";
  return nodes.some(({ type }) => type === "array") ? "list" : "mapping";
}

function snippetOf(path: Path, shape: Shape, flow: boolean): string {
  if (path.length === 1 && path[0] === "scenarios") return "\n  - {name: $1, set: {$2}}";
  if (shape === "list") return " [$1]";
  if (shape === "scalar") return " ";
  return flow || path.length > 1 ? " {$1}" : "\n  $0";
}
