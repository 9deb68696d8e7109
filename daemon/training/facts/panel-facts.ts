import type { Problem } from "../../../protocol/errors.ts";
import type { FactsRequest, PanelFacts } from "../../../protocol/facts.ts";
import { frequencyName, naturalSeasons } from "../../forecasting/panel/frequency.ts";
import { type Covariate, type Panel, pastOf, seriesCount } from "../../forecasting/panel/panel.ts";

/** Correlation with the target within series above which a covariate may be computed from it. */
const suspicious = 0.999;
/** Values that a column's course is drawn from. */
const courseLength = 60;

/** Lengths, seasons, future values and suspicions of a panel whose gaps were kept. */
export function panelFacts(
  panel: Panel,
  warnings: readonly Problem[],
  request: Pick<FactsRequest, "static" | "known">,
): Omit<PanelFacts, "instant"> {
  const lengths = [...panel.history];
  const withPast = [...panel.history.keys()].filter((index) => panel.history[index]! > 0);
  const ends = withPast.map((index) => panel.time[panel.offsets[index]! + panel.history[index]! - 1]!);
  const starts = withPast.map((index) => panel.time[panel.offsets[index]!]!);
  const known = Object.fromEntries(panel.known.map(({ name }, index) => [name, futureSteps(panel, index, warnings)]));
  const withTime =
    panel.frequency.unit === "hour" || panel.frequency.unit === "minute" || panel.frequency.unit === "second";
  return {
    series: seriesCount(panel),
    shortest: Math.min(...lengths),
    longest: Math.max(...lengths),
    frequency: frequencyName(panel.frequency),
    seasons: naturalSeasons(panel.frequency),
    start: momentText(Math.min(...starts), withTime),
    end: momentText(Math.max(...ends), withTime),
    futureSteps: Math.max(0, ...Object.values(known)),
    futureOf: known,
    leaks: [...panel.known, ...panel.observed]
      .filter((column) => request.known.includes(column.name) && column.categories === undefined)
      .map((column) => ({ column: column.name, correlation: correlation(panel, column) }))
      .filter((found) => Math.abs(found.correlation) >= suspicious),
    varying: panel.observed
      .filter((column) => request.static.includes(column.name) && varies(panel, column))
      .map(({ name }) => name),
  };
}

function momentText(time: number, withTime: boolean): string {
  return new Date(time).toISOString().slice(0, withTime ? 16 : 10);
}

/** Steps after the origin for which every series has a value: reading carries the last one on and says so. */
function futureSteps(panel: Panel, index: number, warnings: readonly Problem[]): number {
  const lacking = warnings.find(({ code, path }) => code === "known-without-future" && path?.at(-1) === index);
  return lacking?.counts?.available ?? panel.futureSteps;
}

/** Pearson correlation with the target over all series, each centred on its own mean; 0 where one is constant. */
function correlation(panel: Panel, { values }: Covariate): number {
  let xx = 0;
  let yy = 0;
  let xy = 0;
  for (let index = 0; index < seriesCount(panel); index++) {
    const x = pastOf(panel, values, index);
    const y = pastOf(panel, panel.target, index);
    const both = [...x.keys()].filter((row) => !Number.isNaN(x[row]!) && !Number.isNaN(y[row]!));
    const meanX = both.reduce((sum, row) => sum + x[row]!, 0) / both.length;
    const meanY = both.reduce((sum, row) => sum + y[row]!, 0) / both.length;
    for (const row of both) {
      xx += (x[row]! - meanX) ** 2;
      yy += (y[row]! - meanY) ** 2;
      xy += (x[row]! - meanX) * (y[row]! - meanY);
    }
  }
  return xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : 0;
}

function varies(panel: Panel, { values }: Covariate): boolean {
  for (let index = 0; index < seriesCount(panel); index++) {
    const past = pastOf(panel, values, index).filter((value) => !Number.isNaN(value));
    if (past.some((value) => value !== past[0])) return true;
  }
  return false;
}

/** A column's course in the first series: means over equal slices of its past, null where a slice is empty. */
export function courseOf(panel: Panel, name: string, target: string | undefined): (number | null)[] {
  const values = valuesOf(panel, name, target);
  if (values === undefined || seriesCount(panel) === 0) return [];
  const past = pastOf(panel, values, 0);
  const slices = Math.min(courseLength, past.length);
  return Array.from({ length: slices }, (_, slice) => {
    const part = past.subarray(
      Math.floor((slice * past.length) / slices),
      Math.floor(((slice + 1) * past.length) / slices),
    );
    return meanOf(part) ?? null;
  });
}

/** Mean of a numeric column over the past of all series. */
export function meanOfColumn(panel: Panel, name: string, target: string | undefined): number | undefined {
  const values = valuesOf(panel, name, target);
  return values === undefined ? undefined : meanOf(values);
}

function valuesOf(panel: Panel, name: string, target: string | undefined): Float64Array | undefined {
  if (name === target) return panel.target;
  return [...panel.known, ...panel.observed].find((column) => column.name === name && column.categories === undefined)
    ?.values;
}

function meanOf(values: Float64Array): number | undefined {
  let sum = 0;
  let count = 0;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    sum += value;
    count++;
  }
  return count === 0 ? undefined : sum / count;
}
