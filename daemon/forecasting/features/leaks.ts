import { type Covariate, type Panel, rowsOf } from "../panel/panel.ts";
import { follows } from "./same-course.ts";

interface Sample {
  /** Series, and values at the end of each, that are looked at at most. */
  readonly series: number;
  readonly values: number;
}

/** A first look finds what may be; a second one makes sure. */
const [glance, look]: [Sample, Sample] = [
  { series: 8, values: 400 },
  { series: 60, values: 1000 },
];
/** Series of fewer values are looked at together, on one scale. */
const shortest = 14;
/** Steps beside the target's own that a covariate is compared with at most, either way. */
const mostShift = 60;
/** Share of the compared changes from which a covariate that tells the target of some series is left out for all. */
const enough = 0.5;

/** Part of a series that is looked at: the column's values and the target's, moment by moment. */
interface Stretch {
  readonly values: Float64Array;
  readonly target: Float64Array;
}

/**
 * Why a known or observed column cannot be used: it tells target values that will not be known when a forecast is made. Found are
 * the target itself or one within the window's reach before or after it, on another scale in each series or rounded; any
 * other function of it that only rises or only falls; and texts that name it. Undefined where nothing of that is so.
 */
export function leakOf(panel: Panel, covariate: Covariate): string | undefined {
  const isKnown = panel.known.includes(covariate);
  if (!isKnown && !panel.observed.includes(covariate)) return undefined;
  const numbers = covariate.categories === undefined ? covariate.values : numbersOf(covariate);
  if (numbers === undefined) {
    return isKnown && tellsByText(stretchesOf(panel, covariate.values, look)) ? byText : undefined;
  }
  const reach = Math.min(panel.futureSteps, mostShift);
  // What lies a whole window back is history from any origin; an observed column is no later than its origin itself.
  const shifts = isKnown ? [0, ...around(reach)] : around(reach).filter((shift) => shift > 0);
  const glanced = stretchesOf(panel, numbers, glance);
  const likely = shifts.filter((shift) => share(glanced, shift) >= enough);
  if (likely.length === 0) return undefined;
  const looked = stretchesOf(panel, numbers, look);
  const found = likely.find((shift) => share(looked, shift) >= enough);
  return found === undefined ? undefined : reasonOf(found, panel.futureSteps);
}

const byText = "its texts tell the target exactly, which will not be known in advance";

function reasonOf(shift: number, window: number): string {
  const steps = (count: number): string => `${count} ${count === 1 ? "step" : "steps"}`;
  if (shift === 0) return "it is the target itself on another scale, which will not be known in advance";
  if (shift > 0) return `it is the target ${steps(shift)} later, which will not be known in advance`;
  return `it is the target ${steps(-shift)} before, which is not known for all ${steps(window)} of the window`;
}

/** Every column of a panel that tells the target, with the reason. */
export function revealingCovariates(panel: Panel): { readonly name: string; readonly reason: string }[] {
  return [...panel.known, ...panel.observed].flatMap((covariate) => {
    const reason = leakOf(panel, covariate);
    return reason === undefined ? [] : [{ name: covariate.name, reason }];
  });
}

/** Shifts from near to far: 1, −1, 2, −2 … as far as a window of so many steps lets them matter. */
function around(reach: number): number[] {
  return Array.from({ length: reach }, (_, i) => i + 1).flatMap((shift) => (shift < reach ? [shift, -shift] : [shift]));
}

function stretchesOf(panel: Panel, values: Float64Array, most: Sample): Stretch[] {
  const long = [...panel.history.keys()].filter((series) => panel.history[series]! >= shortest);
  const short = [...panel.history.keys()].filter((series) => panel.history[series]! < shortest);
  const stretchOf = (series: number): Stretch => {
    const { start, pastEnd } = rowsOf(panel, series);
    const from = Math.max(start, pastEnd - most.values);
    return { values: values.subarray(from, pastEnd), target: panel.target.subarray(from, pastEnd) };
  };
  const stretches = spread(long, most.series).map(stretchOf);
  return short.length === 0 ? stretches : [...stretches, joined(spread(short, most.values).map(stretchOf))];
}

/** At most so many of a list, evenly spread over it. */
function spread(list: readonly number[], most: number): number[] {
  const stride = Math.max(1, Math.ceil(list.length / most));
  return list.filter((_, index) => index % stride === 0);
}

/** Stretches one after the other, with a gap between them that no change crosses. */
function joined(stretches: readonly Stretch[]): Stretch {
  const join = (pick: (stretch: Stretch) => Float64Array): Float64Array =>
    Float64Array.from(stretches.flatMap((stretch) => [...pick(stretch), Number.NaN]));
  return { values: join(({ values }) => values), target: join(({ target }) => target) };
}

/** Share of the changes that belong to series in which the column follows the target `shift` steps later. */
function share(stretches: readonly Stretch[], shift: number): number {
  let [told, all] = [0, 0];
  for (const { values, target } of stretches) {
    const from = Math.max(0, -shift);
    const to = values.length - Math.max(0, shift);
    if (to - from < 2) continue;
    const pair = { values: values.subarray(from, to), target: target.subarray(from + shift, to + shift) };
    const { isSame, changes } = follows(pair, shift === 0);
    all += changes;
    if (isSame) told += changes;
  }
  return all === 0 ? 0 : told / all;
}

/** The numbers that the texts of a column write; undefined where they are words. */
function numbersOf({ values, categories = [] }: Covariate): Float64Array | undefined {
  const numbers = categories.map((text) => (text.trim() === "" ? Number.NaN : Number(text)));
  const written = numbers.filter((number) => !Number.isNaN(number)).length;
  if (written < 0.9 * categories.length) return undefined;
  return values.map((code) => numbers[code] ?? Number.NaN);
}

/** Values of the target that texts have to tell apart, in a series and in all, before they are called its names. */
const [fewestInSeries, fewestNames] = [3, 10];

/** Whether within each series rows of the same text have the same target, for most rows and many values of it. */
function tellsByText(stretches: readonly Stretch[]): boolean {
  let [told, all, names] = [0, 0, 0];
  for (const { values, target } of stretches) {
    const byText = new Map<number, number[]>();
    values.forEach((code, row) => {
      if (Number.isNaN(code) || Number.isNaN(target[row]!)) return;
      byText.set(code, [...(byText.get(code) ?? []), target[row]!]);
    });
    // A text of a single row tells nothing.
    const repeated = [...byText.values()].filter((own) => own.length > 1);
    const named = repeated.filter((own) => own.every((value) => value === own[0]));
    all += repeated.reduce((sum, own) => sum + own.length, 0);
    const apart = new Set(named.map((own) => own[0])).size;
    if (apart < fewestInSeries) continue;
    names += apart;
    told += named.reduce((sum, own) => sum + own.length, 0);
  }
  return names >= fewestNames && told >= 0.95 * all;
}
