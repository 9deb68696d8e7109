import { AlmanacError, DataError } from "../../../protocol/errors.ts";
import type { DataFacts, FactsRequest } from "../../../protocol/facts.ts";
import type { SourceDescription } from "../data/describe.ts";
import { describeSource, loadPanel } from "../data/load.ts";
import { formatOf } from "./format-of.ts";
import { instantForecast } from "./instant.ts";
import { courseOf, meanOfColumn, panelFacts } from "./panel-facts.ts";
import { panelRequest } from "./panel-request.ts";

/** Data with more rows are described by their columns only: an editor must answer while one types. */
const mostRows = 2_000_000;

/** Facts as far as they are known; `last` where nothing follows. */
export interface FactsSoFar {
  readonly facts: DataFacts;
  readonly last: boolean;
}

/**
 * What the editor shows of an experiment's data: the columns as soon as they are known, then all of it. Never throws: data
 * that cannot be read are facts with `trouble`.
 */
export async function* gatherFacts(request: FactsRequest): AsyncGenerator<FactsSoFar> {
  const { directory, sources, query } = request;
  let source: SourceDescription;
  try {
    source = await describeSource({ directory, sources, query, format: formatOf(request.format) });
  } catch (error) {
    yield { facts: { rows: 0, columns: [], trouble: troubleOf(error) }, last: true };
    return;
  }
  const facts: DataFacts = { rows: source.rows, columns: source.columns.map(columnFacts) };
  const panel = source.rows > mostRows ? undefined : panelRequest(request, source);
  yield { facts, last: panel === undefined };
  if (panel === undefined) return;
  try {
    const { panel: loaded, warnings } = await loadPanel(panel);
    const instant = await instantForecast(loaded, request.steps);
    const columns = facts.columns.map((column) => {
      const mean = meanOfColumn(loaded, column.name, request.target);
      return {
        ...column,
        profile: courseOf(loaded, column.name, request.target),
        mean,
      };
    });
    const about = panelFacts(loaded, warnings, request);
    const whole = { ...facts, columns, panel: { ...about, instant } };
    yield { facts: whole, last: true };
  } catch (error) {
    yield { facts: { ...facts, trouble: troubleOf(error) }, last: true };
  }
}

function columnFacts(column: SourceDescription["columns"][number]): DataFacts["columns"][number] {
  const { name, kind, missing, distinct, minimum, maximum, samples } = column;
  const range = minimum === "" ? {} : { minimum, maximum };
  return { name, type: kind, missing, distinct, ...range, examples: [...samples], profile: [] };
}

function troubleOf(error: unknown): NonNullable<DataFacts["trouble"]> {
  const message = error instanceof Error ? error.message : String(error);
  const fix = error instanceof AlmanacError ? error.fix : undefined;
  const { code, file, column } = error instanceof DataError ? error : {};
  return { message, fix, code, file, column };
}
