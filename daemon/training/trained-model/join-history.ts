import type { Problem } from "../../../protocol/errors.ts";
import { addSteps } from "../../forecasting/panel/frequency.ts";
import { type Covariate, type Panel, rowsOf, seriesCount } from "../../forecasting/panel/panel.ts";
import { stepsBetween } from "../data/infer-frequency.ts";

/** Steps between the stored and the fresh rows of a series from which the two are not joined. */
const widestGap = 10_000;

/** A remembered history, with the number of each series by its key. */
export interface StoredHistory {
  readonly panel: Panel;
  readonly seriesOf: ReadonlyMap<string, number>;
}

/** Indexes a history for `joinHistory`: a deployment asks it at every prediction. */
export function storedHistory(panel: Panel): StoredHistory {
  return { panel, seriesOf: new Map(panel.keys.map((key, series) => [keyText(key), series])) };
}

function keyText(key: readonly string[]): string {
  return JSON.stringify(key);
}

/** Rows of one series: those that come from the stored history, then a gap, then the fresh ones. */
interface Joint {
  /** Number of the series in the stored panel, −1 if it is not there. */
  readonly stored: number;
  /** Rows before the first fresh one: stored rows, then rows that are in neither. */
  readonly before: number;
  readonly kept: number;
}

/**
 * Puts the history that a model remembers before the fresh rows of each series, so that a file with only the newest rows
 * is enough. Where both have a row, the fresh one holds. Targets that neither has are those of one `season` (in steps) before,
 * covariates are carried on. Says what it did.
 */
export function joinHistory(
  { panel: stored, seriesOf }: StoredHistory,
  fresh: Panel,
  season: number,
): { readonly panel: Panel; readonly warnings: Problem[] } {
  const joints = fresh.keys.map((key, series) => jointOf(stored, seriesOf.get(keyText(key)) ?? -1, fresh, series));
  if (joints.every(({ before }) => before === 0)) return { panel: fresh, warnings: [] };
  const offsets = new Int32Array(joints.length + 1);
  joints.forEach(({ before }, series) => {
    const { start, end } = rowsOf(fresh, series);
    offsets[series + 1] = offsets[series]! + before + end - start;
  });
  const layout = { stored, fresh, joints, offsets };
  const panel = {
    ...fresh,
    offsets,
    history: fresh.history.map((length, series) => length + joints[series]!.before),
    time: joinedTimes(layout),
    target: joinedValues(layout, stored.target, fresh.target, season),
    known: fresh.known.map((column) => joinedColumn(layout, stored.known, column)),
    observed: fresh.observed.map((column) => joinedColumn(layout, stored.observed, column)),
  };
  return { panel, warnings: wordsOf(layout) };
}

interface JoinLayout {
  readonly stored: Panel;
  readonly fresh: Panel;
  readonly joints: readonly Joint[];
  readonly offsets: Int32Array;
}

function jointOf(stored: Panel, series: number, fresh: Panel, row: number): Joint {
  const none = { stored: series, before: 0, kept: 0 };
  if (series < 0 || stored.history[series] === 0 || fresh.history[row] === 0) return none;
  const [from, to] = [stored.time[stored.offsets[series]!]!, fresh.time[fresh.offsets[row]!]!];
  const before = stepsBetween(from, to, fresh.frequency);
  if (before === undefined || before <= 0) return none;
  const kept = Math.min(before, stored.history[series]!);
  return before - kept > widestGap ? none : { stored: series, before, kept };
}

function joinedTimes({ stored, fresh, joints, offsets }: JoinLayout): Float64Array {
  const time = new Float64Array(offsets.at(-1)!);
  joints.forEach((joint, series) => {
    const { start, end } = rowsOf(fresh, series);
    const from = offsets[series]!;
    const first = joint.before === 0 ? 0 : stored.time[stored.offsets[joint.stored]!]!;
    for (let step = 0; step < joint.before; step++) time[from + step] = addSteps(first, fresh.frequency, step);
    time.set(fresh.time.subarray(start, end), from + joint.before);
  });
  return time;
}

function joinedValues(
  { stored, fresh, joints, offsets }: JoinLayout,
  before: Float64Array | undefined,
  after: Float64Array,
  season: number,
): Float64Array {
  const values = new Float64Array(offsets.at(-1)!).fill(Number.NaN);
  joints.forEach((joint, series) => {
    const { start, end } = rowsOf(fresh, series);
    const from = offsets[series]!;
    values.set(after.subarray(start, end), from + joint.before);
    if (joint.before === 0 || before === undefined) return;
    const first = stored.offsets[joint.stored]!;
    values.set(before.subarray(first, first + joint.kept), from);
    for (let place = from + joint.kept; place < from + joint.before; place++) {
      values[place] = values[Math.max(from, place - season)]!;
    }
  });
  return values;
}

/** A covariate with what the model remembers of it; texts that only the stored rows have become further categories. */
function joinedColumn(layout: JoinLayout, stored: readonly Covariate[], column: Covariate): Covariate {
  const known = stored.find(({ name }) => name === column.name);
  const { categories } = column;
  if (known === undefined || (categories === undefined) !== (known.categories === undefined)) {
    return { ...column, values: joinedValues(layout, undefined, column.values, 1) };
  }
  if (categories === undefined || known.categories === undefined) {
    return { ...column, values: joinedValues(layout, known.values, column.values, 1) };
  }
  const all = [...new Set([...categories, ...known.categories])];
  const codes = known.categories.map((text) => all.indexOf(text));
  const recoded = known.values.map((code) => codes[code] ?? Number.NaN);
  return { ...column, categories: all, values: joinedValues(layout, recoded, column.values, 1) };
}

function wordsOf({ stored, fresh, joints }: JoinLayout): Problem[] {
  let [joined, gaps, overlap, different] = [0, 0, 0, 0];
  joints.forEach((joint, series) => {
    if (joint.before === 0) return;
    joined++;
    gaps += joint.before - joint.kept;
    const first = stored.offsets[joint.stored]! + joint.kept;
    const shared = Math.min(stored.history[joint.stored]! - joint.kept, fresh.history[series]!);
    for (let step = 0; step < shared; step++) {
      overlap++;
      if (stored.target[first + step] !== fresh.target[fresh.offsets[series]! + step]) different++;
    }
  });
  const problems: Problem[] = [
    {
      severity: "information",
      code: "history-joined",
      message: `The fresh rows of ${joined} of ${seriesCount(fresh)} series were put behind the history that the model remembers${overlap === 0 ? "" : `; of ${overlap} values that both have, ${different} differ, and the fresh ones hold`}.`,
      fix: "Send the whole history to have it all replaced.",
    },
  ];
  if (gaps > 0) {
    problems.push({
      severity: "warning",
      code: "history-gap",
      message: `${gaps} steps between the history that the model remembers and the fresh rows are in neither; the values of one season before stand in.`,
      fix: "Send the rows in between as well.",
    });
  }
  return problems;
}
