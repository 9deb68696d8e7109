/** A JSON value. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;

interface JsonObject {
  readonly [key: string]: Json;
}

/** A manifest whose texts are replaced by `%key%`, and the texts by their keys. */
export interface Localised {
  readonly manifest: JsonObject;
  readonly texts: Readonly<Record<string, string>>;
}

/** Keys of a manifest whose value a person reads in the editor. */
const readable = new Set([
  ...["title", "displayName", "category", "description", "markdownDescription", "userDescription"],
  ...["contextualTitle", "contents"],
]);

/** What tells an item of a list from the others. */
const names = ["command", "id", "view", "name", "language"] as const;

/**
 * Takes every text that a person reads out of an extension manifest, for package.nls.json: VS Code puts them back, or those
 * of a translation. What a language model reads stays in place, and so do names that the editor looks up. The key of a text
 * is its path, with the identifiers of list items; equal texts under the same key, such as the category of all commands,
 * are one entry.
 */
export function localise(manifest: JsonObject): Localised {
  const texts = new Map<string, string>();
  const visitObject = (object: JsonObject, path: readonly string[]): JsonObject =>
    Object.fromEntries(Object.entries(object).map(([key, inner]) => [key, replaced(inner, key, path)]));
  const visit = (value: Json, path: readonly string[]): Json => {
    if (isList(value)) return value.map((item, index) => visit(item, [...path, nameOf(item, index, value)]));
    return isObject(value) ? visitObject(value, path) : value;
  };
  const replaced = (value: Json, key: string, path: readonly string[]): Json => {
    if (key === "inputSchema") return value;
    const shown = readable.has(key) || (key === "name" && path[0] === "views");
    if (typeof value !== "string" || !shown) return visit(value, key === "contributes" ? path : [...path, key]);
    const name = key === "category" ? key : [...path, key].join(".");
    if (texts.has(name) && texts.get(name) !== value)
      throw new Error(`Two texts of the manifest have the key ${name}.`);
    texts.set(name, value);
    return `%${name}%`;
  };
  return { manifest: visitObject(manifest, []), texts: Object.fromEntries(texts) };
}

/** The identifier of a list item; with its position if others of the list have the same, or the position alone. */
function nameOf(item: Json, index: number, list: readonly Json[]): string {
  const name = identifierOf(item);
  if (name === undefined) return String(index);
  return list.filter((other) => identifierOf(other) === name).length > 1 ? `${name}.${index}` : name;
}

function identifierOf(item: Json): string | undefined {
  if (!isObject(item)) return undefined;
  const [name] = names.flatMap((key) => (typeof item[key] === "string" ? [item[key]] : []));
  return name?.replace(/^almanac\./, "");
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
