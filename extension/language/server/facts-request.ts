import { dirname } from "node:path";
import type { FactsRequest } from "../../../protocol/facts.ts";
import { type ForecastDocument, valueAt } from "../service/document.ts";
import { horizonSteps, integerAt } from "../service/horizon.ts";

/** What to ask about the data of a file, complete or not; undefined while it names no data. */
export function factsRequest(document: ForecastDocument, path: string): FactsRequest | undefined {
  const sources = texts(document, ["data", "source"]);
  if (sources.length === 0) return undefined;
  const frequency = textAt(document, ["data", "frequency"]);
  const horizon = horizonSteps(document, frequency) ?? 0;
  const format = valueAt(document, ["data", "format"]);
  return {
    directory: dirname(path),
    sources,
    ...optional("query", textAt(document, ["data", "query"])),
    ...(isMapping(format) ? { format } : {}),
    ...optional("timezone", textAt(document, ["data", "timezone"])),
    ...optional("future", textAt(document, ["data", "future"])),
    ...optional("time", textAt(document, ["data", "time"])),
    ...optional("target", textAt(document, ["data", "target"])),
    ...optional("frequency", frequency),
    ...optional("aggregate", textAt(document, ["data", "aggregate"])),
    series: texts(document, ["data", "series"]),
    known: texts(document, ["covariates", "known"]),
    observed: texts(document, ["covariates", "observed"]),
    static: texts(document, ["covariates", "static"]),
    steps: Math.min(horizon === 0 ? 0 : horizon + integerAt(document, ["forecast", "gap"], 0), 500),
  };
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function optional<K extends string>(key: K, value: string | undefined): { [P in K]?: string } {
  // SAFETY: a computed key of a literal type has that key.
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: string });
}

function textAt(document: ForecastDocument, path: readonly string[]): string | undefined {
  const value = valueAt(document, path);
  return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
}

function texts(document: ForecastDocument, path: readonly string[]): string[] {
  const value = valueAt(document, path);
  const list = Array.isArray(value) ? value : [value];
  return list.filter((item) => typeof item === "string" || typeof item === "number").map(String);
}
