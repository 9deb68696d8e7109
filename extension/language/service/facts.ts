import type { DataFacts } from "../../../protocol/facts.ts";
import type { ModelCard } from "../../../protocol/model-card.ts";

/** What the last run of an experiment says, as far as the text shows it. */
export interface RunFacts {
  readonly run: string;
  readonly state: "waiting" | "running" | "done" | "failed" | "cancelled";
  /** Fraction done while running. */
  readonly progress?: number;
  /** The text or the data changed since. */
  readonly stale: boolean;
  readonly leaderboard: readonly {
    readonly model: string;
    readonly score: number;
    readonly metrics?: Readonly<Record<string, number>>;
  }[];
  /** Selection score of the seasonal naive forecast, where it was among the candidates. */
  readonly naive?: number;
}

/** Everything beside the text that the language service answers from. All of it may be missing. */
export interface Facts {
  readonly data?: DataFacts;
  readonly models: readonly ModelCard[];
  /** Data files near the experiment, as paths relative to it. */
  readonly files: readonly string[];
  readonly remotes: readonly string[];
  readonly run?: RunFacts;
}

/** Facts of a file about which nothing is known yet. */
export const noFacts: Facts = { models: [], files: [], remotes: [] };
