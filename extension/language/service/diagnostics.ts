import { type Diagnostic, DiagnosticSeverity, type Range } from "vscode-languageserver-types";
import type { Problem, TextRange } from "../../../protocol/errors.ts";
import { checkColumns } from "./checks/columns.ts";
import { checkCovariates } from "./checks/covariates.ts";
import { checkLengths } from "./checks/lengths.ts";
import { checkModels } from "./checks/models.ts";
import { checkSource } from "./checks/source.ts";
import { type ForecastDocument, type Path, rangeAt, toRange } from "./document.ts";
import type { Facts } from "./facts.ts";
import type { Finding, Repair } from "./finding.ts";

/** What a diagnostic carries along for its quick fixes. */
export interface DiagnosticData {
  readonly path: Path;
  readonly repair?: Repair | undefined;
}

const severities: Readonly<Record<Problem["severity"], DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
};

/** Everything that is wrong with the file, from its text and from its data, in the order of the text. */
export function diagnose(document: ForecastDocument, facts: Facts): Diagnostic[] {
  const fromText = document.parsed.problems.map((problem) => ofProblem(problem, document));
  const checks = [checkSource, checkColumns, checkModels, checkCovariates, checkLengths];
  const fromData = checks.flatMap((check) => check(document, facts)).map((finding) => ofFinding(finding, document));
  return [...fromText, ...fromData].toSorted(
    (a, b) => a.range.start.line - b.range.start.line || a.range.start.character - b.range.start.character,
  );
}

function ofProblem(problem: Problem, document: ForecastDocument): Diagnostic {
  const path = problem.path ?? [];
  const repair: Repair | undefined =
    problem.replacement === undefined ? undefined : { kind: "replace", text: problem.replacement };
  return {
    range: problem.range === undefined ? rangeAt(document, path) : ofTextRange(problem.range),
    ...common(problem),
    data: { path, repair } satisfies DiagnosticData,
  };
}

function ofFinding(finding: Finding, document: ForecastDocument): Diagnostic {
  const { path, at, repair } = finding;
  return {
    range: at === undefined ? rangeAt(document, path) : toRange(document, at.from, at.to),
    ...common(finding),
    data: { path, repair } satisfies DiagnosticData,
  };
}

function common(problem: Pick<Finding, "severity" | "code" | "message" | "fix">): Omit<Diagnostic, "range"> {
  return {
    severity: severities[problem.severity],
    code: problem.code,
    source: "almanac",
    message: problem.fix === undefined ? problem.message : `${problem.message} ${problem.fix}`,
  };
}

function ofTextRange({ start, end }: TextRange): Range {
  return {
    start: { line: start.line - 1, character: start.column - 1 },
    end: { line: end.line - 1, character: end.column - 1 },
  };
}
