import { type CodeAction, CodeActionKind, type Diagnostic } from "vscode-languageserver-types";
import type { DiagnosticData } from "../diagnostics.ts";
import type { ForecastDocument, Path } from "../document.ts";
import { setScalar } from "../edits.ts";
import type { Facts } from "../facts.ts";
import type { Repair } from "../finding.ts";
import { yamlScalar } from "../text.ts";
import { dataFixes } from "./data-fixes.ts";
import { type Fix, type FixMaker, moveCovariate, removal } from "./fix.ts";
import { textFixes } from "./text-fixes.ts";
import { valueFixes } from "./value-fixes.ts";

/** Fixes that follow from the kind of problem alone, by its code. */
const byCode: Readonly<Record<string, FixMaker | undefined>> = { ...textFixes, ...valueFixes, ...dataFixes };

/** Quick fixes of the diagnostics at the cursor, the likeliest first. */
export function quickFixes(
  document: ForecastDocument,
  uri: string,
  diagnostics: readonly Diagnostic[],
  facts: Facts,
): CodeAction[] {
  return diagnostics.flatMap((diagnostic) =>
    fixesOf(document, diagnostic, facts)
      .filter(({ edits }) => edits.length > 0)
      .map(({ title, edits, preferred }) => ({
        title,
        kind: CodeActionKind.QuickFix,
        diagnostics: [diagnostic],
        isPreferred: preferred === true,
        edit: { changes: { [uri]: [...edits] } },
      })),
  );
}

function fixesOf(document: ForecastDocument, diagnostic: Diagnostic, facts: Facts): Fix[] {
  // SAFETY: diagnostics of this service carry DiagnosticData; others are told apart by `source`.
  const data = diagnostic.data as DiagnosticData | undefined;
  if (diagnostic.source !== "almanac" || data === undefined) return [];
  const repaired = data.repair === undefined ? [] : repairs(document, diagnostic, data.path, data.repair);
  const made = byCode[String(diagnostic.code)]?.(document, data.path, facts, diagnostic) ?? [];
  // The first fix that fits the very text is the preferred one; the others are choices.
  return repaired.length === 0 ? made : [...repaired, ...made.map(({ title, edits }) => ({ title, edits }))];
}

function repairs(document: ForecastDocument, { range }: Diagnostic, path: Path, repair: Repair): Fix[] {
  switch (repair.kind) {
    case "replace":
      return [
        { title: `Replace by ${repair.text}`, edits: [{ range, newText: yamlScalar(repair.text) }], preferred: true },
      ];
    case "set":
      return [{ title: repair.title, edits: setScalar(document, repair.path, repair.text), preferred: true }];
    case "move-to-observed":
      return [
        { ...moveCovariate(document, path, repair.column, "observed"), preferred: true },
        removal(document, path),
      ];
  }
}
