import type { Diagnostic, TextEdit } from "vscode-languageserver-types";
import { isSeq } from "yaml";
import type { EditorCode } from "../../../../protocol/problems/codes.ts";
import { type ForecastDocument, nodeAt, type Path, pairAt, toRange, valueAt } from "../document.ts";
import { addItem, removeAt, setScalar } from "../edits.ts";
import type { Facts } from "../facts.ts";
import { yamlScalar } from "../text.ts";

/** One offer of the light bulb; one without edits is not shown. */
export interface Fix {
  readonly title: string;
  readonly edits: readonly TextEdit[];
  /** The one that `Fix all` and the keyboard take. */
  readonly preferred?: boolean;
}

/** Makes the fixes of one kind of problem, the likeliest first. */
export type FixMaker = (document: ForecastDocument, path: Path, facts: Facts, diagnostic: Diagnostic) => Fix[];

/** Makers of fixes by the code of the problem. */
export type Fixes = Readonly<Partial<Record<EditorCode, FixMaker>>>;

/** Removes the key or list item at `path`. */
export function removal(document: ForecastDocument, path: Path): Fix {
  return {
    title: `Remove ${String(valueAt(document, path) ?? path.at(-1)).slice(0, 40)}`,
    edits: removeAt(document, path),
  };
}

/** Moves a covariate from the list it stands in to another. */
export function moveCovariate(document: ForecastDocument, path: Path, column: string, kind: "known" | "observed"): Fix {
  const title = `Move ${column} to ${kind}`;
  const list = path.slice(0, -1);
  const alone = isSeq(nodeAt(document, list)) && nodeAt(document, [...list, 1]) === undefined;
  const key = pairAt(document, list)?.key.range;
  // A list that would be left empty is the new list, under its new name.
  if (alone && key && nodeAt(document, ["covariates", kind]) === undefined)
    return { title, edits: [{ range: toRange(document, key[0], key[1]), newText: kind }] };
  return { title, edits: [...removeAt(document, path), ...addItem(document, ["covariates", kind], column)] };
}

/** Writes one of several words in the place at `path`; the first one is the likeliest. */
export function replacements(document: ForecastDocument, path: Path, words: readonly string[]): Fix[] {
  return words.map((word, index) => ({
    title: `Replace by ${word}`,
    edits: setScalar(document, path, yamlScalar(word)),
    preferred: index === 0,
  }));
}
