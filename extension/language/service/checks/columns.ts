import { nearest } from "../../../../protocol/experiment/nearest.ts";
import type { ForecastDocument } from "../document.ts";
import type { Facts } from "../facts.ts";
import type { Finding } from "../finding.ts";
import { mentions } from "../roles.ts";

/** Columns that the data do not have, and a target or time that is not of the type it must be. */
export function checkColumns(document: ForecastDocument, facts: Facts): Finding[] {
  const { data } = facts;
  if (data === undefined || data.columns.length === 0) return [];
  const names = data.columns.map(({ name }) => name);
  return mentions(document).flatMap(({ path, role, text, from, to }): Finding[] => {
    const column = data.columns.find(({ name }) => name === text);
    const at = { from, to };
    if (column === undefined) return [unknownColumn(text, names, path, at)];
    if (role === "target" && column.type !== "number" && column.type !== "boolean") {
      return [
        {
          severity: "error",
          code: "target-not-numeric",
          message: `The target \`${text}\` holds ${column.type}, not numbers.`,
          fix: "Name a numeric column.",
          path,
          at,
        },
      ];
    }
    if (
      role === "time" &&
      column.type === "number" &&
      Number(column.maximum) < 1e8 &&
      !/^\d{4}$/.test(column.maximum ?? "")
    ) {
      return [
        {
          severity: "warning",
          code: "time-not-a-time",
          message: `The time column \`${text}\` holds plain numbers.`,
          fix: "Name the column with dates.",
          path,
          at,
        },
      ];
    }
    return [];
  });
}

function unknownColumn(
  text: string,
  names: readonly string[],
  path: Finding["path"],
  at: { from: number; to: number },
): Finding {
  const near = nearest(text, names);
  return {
    severity: "error",
    code: "unknown-column",
    message: `The data have no column \`${text}\`.`,
    fix:
      near === undefined
        ? `Columns: ${names.slice(0, 12).join(", ")}${names.length > 12 ? ", …" : ""}.`
        : `Did you mean \`${near}\`?`,
    path,
    at,
    ...(near === undefined ? {} : { repair: { kind: "replace", text: near } }),
  };
}
