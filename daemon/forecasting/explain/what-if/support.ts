import type { Problem } from "../../../../protocol/errors.ts";
import type { WhatIfCovariate, WhatIfSupport } from "../../../../protocol/what-if.ts";
import { type Covariate, futureOf, type Panel, pastOf, seriesCount } from "../../panel/panel.ts";

/** Bins of a number's histogram. */
const bins = 24;

/** What training has seen of a known covariate over all series. */
export interface Seen {
  readonly minimum: number;
  readonly maximum: number;
  readonly support: WhatIfSupport;
}

/** Range and histogram of a covariate's past in some series; counts of its texts. */
export function seenOf(panel: Panel, covariate: Covariate, series: readonly number[]): Seen {
  const pasts = series.map((index) => pastOf(panel, covariate.values, index));
  let [minimum, maximum, count] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  for (const past of pasts) {
    for (const value of past) {
      if (Number.isNaN(value)) continue;
      minimum = Math.min(minimum, value);
      maximum = Math.max(maximum, value);
      count++;
    }
  }
  const { categories } = covariate;
  const size = categories?.length ?? (minimum < maximum ? bins : 1);
  const width = (maximum - minimum) / size;
  const shares = new Array<number>(size).fill(0);
  for (const past of pasts) {
    for (const value of past) {
      if (Number.isNaN(value)) continue;
      const bin = categories === undefined ? Math.min(size - 1, Math.floor((value - minimum) / (width || 1))) : value;
      shares[bin]! += 1 / count;
    }
  }
  const edges = Array.from({ length: size + 1 }, (_, edge) => minimum + edge * width);
  return {
    minimum,
    maximum,
    support: { shares, ...(categories === undefined && count > 0 ? { edges } : {}) },
  };
}

/** A known covariate over the forecast window of one series, with what training has seen of it. `gap` steps are left out. */
export function covariateOf(
  panel: Panel,
  covariate: Covariate,
  seen: Seen,
  series: number,
  gap: number,
): WhatIfCovariate {
  const { name, categories } = covariate;
  const values = Array.from(futureOf(panel, covariate.values, series).subarray(gap), (value) => {
    if (Number.isNaN(value)) return null;
    return categories === undefined ? value : (categories[value] ?? null);
  });
  const range = Number.isFinite(seen.minimum) ? { minimum: seen.minimum, maximum: seen.maximum } : {};
  return {
    name,
    values,
    support: seen.support,
    ...(categories === undefined ? range : { categories: [...categories] }),
  };
}

/** Share of the past rows below which a value counts as hardly seen. */
const hardly = 0.002;

/**
 * What is doubtful about changed windows: a model has seen nothing beyond the range of its past, and has little to go by where it
 * saw next to nothing. `series` of the whole panel stand in `changed` one after the other; only moved values are looked at.
 */
export function supportWarnings(whole: Panel, series: readonly number[], changed: Panel): Problem[] {
  const all = Array.from({ length: seriesCount(whole) }, (_, index) => index);
  return changed.known.flatMap((covariate, column): Problem[] => {
    const before = whole.known[column]!;
    if (covariate.categories !== undefined) return [];
    const beyond: number[] = [];
    const strange: { value: number; seen: Seen }[] = [];
    const rare: number[] = [];
    let everywhere: Seen | undefined;
    series.forEach((index, row) => {
      const values = movedValues(futureOf(whole, before.values, index), futureOf(changed, covariate.values, row));
      if (values.length === 0) return;
      const own = seenOf(whole, before, [index]);
      everywhere ??= seenOf(whole, before, all);
      for (const value of values) {
        if (value < everywhere.minimum || value > everywhere.maximum) beyond.push(value);
        else if (value < own.minimum || value > own.maximum) strange.push({ value, seen: own });
        else if (shareAt(own.support, value) < hardly) rare.push(value);
      }
    });
    if (beyond.length > 0) return [beyondProblem(covariate.name, beyond, everywhere!)];
    if (strange.length > 0) return [strangeProblem(covariate.name, strange)];
    return rare.length > 0 ? [rareProblem(covariate.name, rare)] : [];
  });
}

function movedValues(planned: Float64Array, now: Float64Array): number[] {
  return Array.from(now).filter((value, step) => !Number.isNaN(value) && value !== planned[step]);
}

/** Share of the past rows in the bin of a value. */
export function shareAt({ edges, shares }: WhatIfSupport, value: number): number {
  if (edges === undefined || shares.length < 2) return 1;
  const width = edges[1]! - edges[0]!;
  const bin = Math.min(shares.length - 1, Math.max(0, Math.floor((value - edges[0]!) / width)));
  return shares[bin]!;
}

function beyondProblem(name: string, values: readonly number[], { minimum, maximum }: Seen): Problem {
  return {
    severity: "warning",
    code: "scenario-out-of-range",
    message: `\`${name}\` goes to ${span(values)}, past the range ${round(minimum)} to ${round(maximum)} seen in training.`,
    fix: "Take the forecast there with care: the model has no example of it.",
  };
}

/** `found`: values outside what their own series had; a series without history had none. */
function strangeProblem(name: string, found: readonly { readonly value: number; readonly seen: Seen }[]): Problem {
  const minimum = Math.min(...found.map(({ seen }) => seen.minimum));
  const maximum = Math.max(...found.map(({ seen }) => seen.maximum));
  const own =
    minimum > maximum ? "the series has no history" : `the series only had ${round(minimum)} to ${round(maximum)}`;
  return {
    severity: "warning",
    code: "scenario-out-of-own-range",
    message: `\`${name}\` goes to ${span(found.map(({ value }) => value))}; ${own}.`,
    fix: "The model knows such values from other series alone.",
  };
}

function rareProblem(name: string, values: readonly number[]): Problem {
  return {
    severity: "information",
    code: "scenario-rarely-seen",
    message: `\`${name}\` goes to ${span(values)}, where training has next to no rows.`,
    fix: "The model fills in between neighbouring values there.",
  };
}

function span(values: readonly number[]): string {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return low === high ? round(low) : `${round(low)} to ${round(high)}`;
}

function round(value: number): string {
  return String(Number(value.toPrecision(4)));
}
