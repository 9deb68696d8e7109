import { knownCode } from "../../../../protocol/problems/known-code.ts";
import { type ForecastDocument, type Place, places } from "../document.ts";
import type { Facts } from "../facts.ts";
import type { Finding } from "../finding.ts";
import { mentions } from "../roles.ts";

/** Why the data could not be read or do not form series, at the line that names them. */
export function checkSource(document: ForecastDocument, facts: Facts): Finding[] {
  const trouble = facts.data?.trouble;
  if (trouble === undefined) return [];
  const columns = facts.data!.columns;
  const named = mentions(document);
  // An unknown column explains the trouble better than its consequence does, and has its own squiggle.
  if (columns.length > 0 && named.some(({ text }) => !columns.some(({ name }) => name === text))) return [];
  const mention = named.find(({ text }) => text === trouble.column) ?? sourceNamed(document, trouble.file);
  return [
    {
      severity: "error",
      code: trouble.code === undefined ? "data-trouble" : `data-${knownCode(trouble.code)}`,
      message: trouble.message,
      fix: trouble.fix,
      path: mention?.path ?? ["data", "source"],
      ...(mention === undefined ? {} : { at: { from: mention.from, to: mention.to } }),
    },
  ];
}

/** Where the text names a data file. */
function sourceNamed(document: ForecastDocument, file: string | undefined): Place | undefined {
  return [...places(document)].find(({ path, text }) => path[0] === "data" && text === file);
}
