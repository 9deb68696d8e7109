import { type DocumentSymbol, SymbolKind } from "vscode-languageserver-types";
import { isMap, isScalar, isSeq, type Pair } from "yaml";
import { type ForecastDocument, keyText, toRange } from "./document.ts";

/** The outline: sections, their keys with values as detail, models and scenarios one level deeper. */
export function symbols(document: ForecastDocument): DocumentSymbol[] {
  return childrenOf(document, document.tree.contents);
}

function childrenOf(document: ForecastDocument, node: unknown): DocumentSymbol[] {
  if (isMap(node)) return node.items.flatMap((pair) => symbolOf(document, pair));
  if (!isSeq(node)) return [];
  return node.items.flatMap((item) => (isMap(item) ? childrenOf(document, item) : []));
}

function symbolOf(document: ForecastDocument, pair: Pair): DocumentSymbol[] {
  // SAFETY: keys and values of a parsed document are nodes with ranges.
  const key = (pair.key as { range?: [number, number, number] | null } | null)?.range;
  const value = (pair.value as { range?: [number, number, number] | null } | null)?.range;
  const name = keyText(pair);
  if (!key || name === "") return [];
  const end = document.text.slice(0, Math.max(key[1], value?.[1] ?? 0)).trimEnd().length;
  return [
    {
      name,
      detail: detailOf(pair.value),
      kind: isMap(pair.value) ? SymbolKind.Module : isSeq(pair.value) ? SymbolKind.Array : SymbolKind.Property,
      range: toRange(document, key[0], Math.max(end, key[1])),
      selectionRange: toRange(document, key[0], key[1]),
      children: childrenOf(document, pair.value),
    },
  ];
}

function detailOf(node: unknown): string {
  if (isScalar(node)) return String(node.value ?? "");
  if (!isSeq(node)) return "";
  return node.items.map((item) => (isScalar(item) ? String(item.value) : "…")).join(", ");
}
