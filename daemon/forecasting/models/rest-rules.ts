import { z } from "zod";
import { type Covariate, type Panel, rowsOf, seriesCount } from "../panel/panel.ts";

/** Wherever the known covariate `column` has `value` (a text of a text column), the target is zero: `open: 0` of a shop. */
export const restRule = z.object({ column: z.string(), value: z.union([z.number(), z.string()]) });

export type RestRule = z.infer<typeof restRule>;

/** Different values of a column up to which each is looked at: flags and kinds of days, not prices. */
const mostValues = 20;

/** Share of the steps with a value that must be zero: single slips are let pass. */
const allButSlips = 0.995;

/**
 * Separate spells of a value that must have been seen: zeros come in rows where stock ran out or a product was not sold yet, so a
 * spell counts once however long it was.
 */
const fewestSpells = 5;

/** Largest probability that so many spells of zeros are chance, going by how often the target is zero at the column's other values. */
const mostChance = 1e-6;

/** Share of zeros at the other values from which a zero says too little. */
const mostZerosElsewhere = 0.5;

/** Finds the values of known covariates that stand for a target of zero throughout the past of a panel. */
export function findRestRules(panel: Panel): RestRule[] {
  return panel.known.flatMap((covariate) => rulesOf(panel, covariate));
}

interface Tally {
  /** Steps with a target, and those of them at which it was zero. */
  seen: number;
  zeros: number;
  /** Stretches of steps with the value, one after the other in a series. */
  spells: number;
}

function rulesOf(panel: Panel, covariate: Covariate): RestRule[] {
  const tallies = tally(panel, covariate);
  if (tallies === undefined || tallies.size < 2) return [];
  const all = { seen: 0, zeros: 0 };
  for (const { seen, zeros } of tallies.values()) {
    all.seen += seen;
    all.zeros += zeros;
  }
  const resting = [...tallies].filter(
    ([, { seen, zeros, spells }]) => spells >= fewestSpells && zeros >= allButSlips * seen,
  );
  const others = resting.reduce(
    (rest, [, own]) => ({ seen: rest.seen - own.seen, zeros: rest.zeros - own.zeros }),
    all,
  );
  const elsewhere = others.zeros / others.seen;
  return resting
    .filter(([, { spells }]) => elsewhere < mostZerosElsewhere && elsewhere ** spells < mostChance)
    .map(([value]) => ({ column: covariate.name, value: covariate.categories?.[value] ?? value }));
}

/** How often each value of a covariate was seen with a target, and with one of zero; undefined where it has many values. */
function tally(panel: Panel, { values }: Covariate): Map<number, Tally> | undefined {
  const tallies = new Map<number, Tally>();
  for (let series = 0; series < seriesCount(panel); series++) {
    const { start, pastEnd } = rowsOf(panel, series);
    let before = Number.NaN;
    for (let row = start; row < pastEnd; row++) {
      const value = values[row]!;
      const target = panel.target[row]!;
      if (Number.isNaN(value) || Number.isNaN(target)) continue;
      const own = tallies.get(value) ?? { seen: 0, zeros: 0, spells: 0 };
      tallies.set(value, own);
      if (tallies.size > mostValues) return undefined;
      own.seen++;
      if (target === 0) own.zeros++;
      if (value !== before) own.spells++;
      before = value;
    }
  }
  return tallies;
}
