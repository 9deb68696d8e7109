import type { Forecaster } from "../models/forecaster.ts";
import { uniformStream } from "../numerics/random.ts";
import type { Candidate } from "./candidate.ts";
import type { Trial } from "./search.ts";

/** Hyperparameters worth a try, and the trial they were made from. */
export interface Proposal {
  readonly candidate: Candidate;
  readonly from: Trial;
}

/** How often a model with the best score is taken rather than any other, and how often two values change instead of one. */
const [bestShare, twoShare] = [0.6, 0.3];

/** Draws for a set of hyperparameters that was not tried before. */
const draws = 30;

/**
 * Seeded local search over hyperparameters: takes a model that did well, and changes one or two values of its best set so far
 * to others of the model's grid (a (1 + 1) evolution strategy over grids, with restarts by chance at other models).
 */
export class Refinement {
  readonly #forecasters: readonly Forecaster[];
  readonly #random: () => number;
  readonly #target: Float64Array;
  readonly #seen = new Set<string>();
  readonly #counts = new Map<string, number>();
  #left: number;

  /** `target` is what all sets are to be fitted on; those that do not go with its values are never proposed. */
  constructor(forecasters: readonly Forecaster[], seed: number, most: number, target: Float64Array) {
    this.#target = target;
    this.#forecasters = forecasters.filter(({ tuning }) => tuning !== undefined);
    this.#random = uniformStream(seed);
    this.#left = most;
  }

  /** The next set worth a try, going by what was found so far; undefined where there is none. */
  propose(trials: readonly Trial[]): Proposal | undefined {
    if (this.#left <= 0) return undefined;
    for (const { candidate } of trials) {
      const forecaster = this.#forecasters.find(({ name }) => name === candidate.model);
      if (forecaster !== undefined) this.#seen.add(keyOf(forecaster, candidate.options));
    }
    const leaders = this.#forecasters
      .flatMap((forecaster) => {
        const from = bestOf(trials, forecaster.name);
        return from === undefined ? [] : [{ forecaster, from }];
      })
      .sort((a, b) => a.from.score - b.from.score);
    for (let draw = 0; draw < draws && leaders.length > 0; draw++) {
      const { forecaster, from } = leaders[this.#random() < bestShare ? 0 : this.#below(leaders.length)]!;
      const options = this.#changed(forecaster, from.candidate.options);
      if (!this.#isPossible(forecaster, options)) continue;
      const key = keyOf(forecaster, options);
      if (this.#seen.has(key)) continue;
      this.#seen.add(key);
      this.#left--;
      const number = (this.#counts.get(forecaster.name) ?? 1) + 1;
      this.#counts.set(forecaster.name, number);
      const { name, title, family } = forecaster;
      return {
        candidate: { id: `${name}-${number}`, model: name, title: `${title} ${number}`, family, options },
        from,
      };
    }
    return undefined;
  }

  #changed({ tuning = {}, options }: Forecaster, before: Candidate["options"]): Candidate["options"] {
    // SAFETY: hyperparameters are an object; every model's schema is a strict one.
    const full = options.parse(before) as Record<string, unknown>;
    const names = Object.keys(tuning);
    const changes = this.#random() < twoShare ? 2 : 1;
    const changed: Record<string, unknown> = { ...before };
    for (let i = 0; i < changes; i++) {
      const name = names[this.#below(names.length)]!;
      const others = tuning[name]!.filter((value) => value !== (changed[name] ?? full[name]));
      changed[name] = others[this.#below(others.length)];
    }
    return changed;
  }

  #isPossible({ options, unsuited }: Forecaster, changed: Candidate["options"]): boolean {
    const parsed = options.safeParse(changed);
    return parsed.success && unsuited?.(this.#target, parsed.data) === undefined;
  }

  #below(count: number): number {
    return Math.floor(this.#random() * count);
  }
}

/** The same for sets that differ only in whether defaults are written out. */
function keyOf({ name, options }: Forecaster, set: Candidate["options"]): string {
  // SAFETY: hyperparameters are an object; every model's schema is a strict one.
  return `${name} ${JSON.stringify(Object.entries(options.parse(set) as object).sort())}`;
}

/** The best trial of a model among those that saw the most origins. */
function bestOf(trials: readonly Trial[], model: string): Trial | undefined {
  return trials
    .filter(({ candidate, status, parts }) => candidate.model === model && status === "tried" && parts.length > 0)
    .sort((a, b) => b.parts.length - a.parts.length || a.score - b.score)[0];
}
