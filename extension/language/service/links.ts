import { posix } from "node:path";
import type { DocumentLink } from "vscode-languageserver-types";
import { type ForecastDocument, places, toRange } from "./document.ts";

/** Links from `data.source` and `data.future` to the files they name; globs name no single file. */
export function links(document: ForecastDocument, uri: string): DocumentLink[] {
  return [...places(document)].flatMap(({ path, part, text, from, to }) => {
    const named = path[0] === "data" && (path[1] === "source" || path[1] === "future") && part === "value";
    if (!named || /[*?{]|^\w+:\/\//.test(text)) return [];
    const base = new URL(uri);
    base.pathname = text.startsWith("/") ? encodeURI(text) : posix.join(posix.dirname(base.pathname), encodeURI(text));
    return [{ range: toRange(document, from, to), target: base.href, tooltip: "Open the data file" }];
  });
}
