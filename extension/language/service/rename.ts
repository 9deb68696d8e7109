import type { Location, Range, TextEdit } from "vscode-languageserver-types";
import { type ForecastDocument, toRange } from "./document.ts";
import { type Mention, mentions } from "./roles.ts";
import { yamlScalar } from "./text.ts";

/** The column named at `offset` and where its name stands, undefined where no column does. */
export function columnAt(document: ForecastDocument, offset: number): { name: string; range: Range } | undefined {
  const mention = mentionAt(document, offset);
  return mention && { name: mention.text, range: toRange(document, mention.from, mention.to) };
}

/** Edits that give the column at `offset` another name wherever the file names it. */
export function renameColumn(document: ForecastDocument, offset: number, name: string): TextEdit[] {
  return sameColumn(document, offset).map(({ from, to }) => ({
    range: toRange(document, from, to),
    newText: yamlScalar(name),
  }));
}

/** Every place that names the column at `offset`. */
export function references(document: ForecastDocument, offset: number, uri: string): Location[] {
  return sameColumn(document, offset).map(({ from, to }) => ({ uri, range: toRange(document, from, to) }));
}

function sameColumn(document: ForecastDocument, offset: number): Mention[] {
  const mention = mentionAt(document, offset);
  return mention === undefined ? [] : mentions(document).filter(({ text }) => text === mention.text);
}

function mentionAt(document: ForecastDocument, offset: number): Mention | undefined {
  return mentions(document).find(({ from, to }) => from <= offset && offset <= to);
}
