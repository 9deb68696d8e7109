import type { DataFacts } from "../../../protocol/facts.ts";
import type { ModelCard } from "../../../protocol/model-card.ts";
import type { RunState } from "../../../protocol/run-states.ts";

/** What one factor does to the forecasts of the last run. */
export interface Factor {
  readonly name: string;
  readonly share: number;
  readonly direction: number | null;
  /** Mean |contribution|, in units of the target. */
  readonly size?: number;
  /** Some forecasts' value of the factor and its contribution, where the factor is a number. */
  readonly points?: readonly (readonly [value: number, contribution: number])[];
}

/** A forecast as it is shown beside the text: one series, the first of them or the only one. */
export interface Answer {
  /** Key values of the series, empty for a single one; and of how many it is the first. */
  readonly series: readonly string[];
  readonly count: number;
  readonly model: string;
  /** The newest values of the target. */
  readonly history: readonly (number | null)[];
  /** One value a step of the horizon; `low` and `high` bound the interval of `level` (0.8 is 80 %). */
  readonly mean: readonly number[];
  readonly low: readonly number[];
  readonly high: readonly number[];
  readonly level: number;
  /** Selection metric of the winner and of the seasonal naive forecast on the backtest. */
  readonly metric?: string;
  readonly score?: number | undefined;
  readonly naive?: number | undefined;
  /** Share of all contributions a factor has, and whether larger values raise (1) or lower (-1) the forecast. */
  readonly factors: readonly Factor[];
}

/** What the last run of an experiment says, as far as the text shows it. */
export interface RunFacts {
  readonly run: string;
  readonly state: RunState;
  /** Fraction done while running. */
  readonly progress?: number | undefined;
  /** The text or the data changed since. */
  readonly stale: boolean;
  readonly leaderboard: readonly {
    readonly model: string;
    readonly score: number;
    readonly metrics?: Readonly<Record<string, number>>;
  }[];
  readonly answer?: Answer;
}

/** Everything beside the text that the language service answers from. All of it may be missing. */
export interface Facts {
  readonly data?: DataFacts;
  readonly models: readonly ModelCard[];
  /** Data files near the experiment, as paths relative to it. */
  readonly files: readonly string[];
  readonly remotes: readonly string[];
  readonly run?: RunFacts | undefined;
}

/** Facts of a file about which nothing is known yet. */
export const noFacts: Facts = { models: [], files: [], remotes: [] };
