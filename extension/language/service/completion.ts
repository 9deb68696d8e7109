import type { CompletionItem } from "vscode-languageserver-types";
import { keyItems } from "./complete-keys.ts";
import { valueItems } from "./complete-values.ts";
import { cursorAt } from "./cursor.ts";
import { type ForecastDocument, toRange } from "./document.ts";
import type { Facts } from "./facts.ts";

/** One suggestion before it is tied to a place in the text. */
export type Suggestion = Omit<CompletionItem, "textEdit" | "sortText"> & { readonly insert: string };

/** Suggestions at `offset`, best first: keys that fit there, or values incl. the data's own columns. */
export function complete(document: ForecastDocument, offset: number, facts: Facts): CompletionItem[] {
  const cursor = cursorAt(document.text, offset);
  if (cursor === undefined) return [];
  const suggestions = cursor.part === "key" ? keyItems(cursor, document, facts) : valueItems(cursor, document, facts);
  const range = toRange(document, cursor.from, cursor.to);
  return suggestions.map(({ insert, ...item }, index) => ({
    ...item,
    sortText: String(index).padStart(4, "0"),
    filterText: item.filterText ?? insert.split(":")[0]!,
    textEdit: { range, newText: insert },
  }));
}
