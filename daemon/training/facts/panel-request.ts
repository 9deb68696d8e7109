import { aggregates } from "../../../protocol/aggregates.ts";
import { isTimeZone } from "../../../protocol/experiment/formats.ts";
import type { FactsRequest } from "../../../protocol/facts.ts";
import { type Frequency, frequencyUnits } from "../../forecasting/panel/frequency.ts";
import type { SourceDescription } from "../data/describe.ts";
import type { DataRequest } from "../data/request.ts";
import { formatOf } from "./format-of.ts";

/** Steps after the last target that are looked at where the experiment has no horizon yet. */
const probedSteps = 100;

/**
 * The panel to look at: columns that do not exist are left out (they have their own message), gaps stay gaps, and static
 * covariates are read as observed ones, so that a varying one can be told. Undefined while time or target are unknown.
 */
export function panelRequest(request: FactsRequest, source: SourceDescription): DataRequest | undefined {
  const kinds = new Map(source.columns.map(({ name, kind }) => [name, kind]));
  const { time, target } = request;
  if (time === undefined || target === undefined || !kinds.has(time) || !kinds.has(target)) return undefined;
  const kind = kinds.get(target);
  if (time === target || (kind !== "number" && kind !== "boolean")) return undefined;
  const taken = new Set([time, target]);
  const free = (columns: readonly string[]) =>
    columns.filter((column) => {
      const usable = kinds.has(column) && !taken.has(column);
      taken.add(column);
      return usable;
    });
  const frequency = request.frequency === undefined ? undefined : readFrequency(request.frequency);
  return {
    directory: request.directory,
    sources: [...request.sources],
    time,
    target,
    series: free(request.series),
    aggregate: aggregates.find((name) => name === request.aggregate) ?? "error",
    missing: { target: "keep", covariates: "keep" },
    known: free(request.known),
    observed: free([...request.observed, ...request.static]),
    static: [],
    futureSteps: request.steps > 0 ? request.steps : probedSteps,
    query: request.query,
    format: formatOf(request.format),
    timezone: request.timezone !== undefined && isTimeZone(request.timezone) ? request.timezone : undefined,
    futureSource: request.future,
    frequency,
  };
}

function readFrequency(text: string): Frequency | undefined {
  const [, multiple, name] = /^(?:(\d+)\s+)?(.+?)s?$/i.exec(text.trim()) ?? [];
  const unit = frequencyUnits.find((candidate) => candidate === name?.toLowerCase());
  return unit === undefined ? undefined : { unit, multiple: Number(multiple ?? 1) };
}
