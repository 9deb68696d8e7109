/** What a search goes by when it decides whether, when and for how long it tries a kind of model. */
export interface SearchRole {
  /** Yardstick that the others are compared with: tried on every origin, however it does. */
  readonly baseline: boolean;
  /** Tried only if enough series have intermittent demand. */
  readonly intermittentOnly: boolean;
  /** How much longer than others it is worth waiting for: its share of the time while several are waiting. Up to 1 it is quick. */
  readonly effort: number;
  /**
   * When it is tried: `first`; `factors`, right after those if factors are known in advance; `late`, last if the data are many or
   * their seasons long; else `usual`. Models of the same turn keep the order of the registry.
   */
  readonly turn: "first" | "factors" | "usual" | "late";
  /** The quickest `search.preset` that tries it. */
  readonly preset: "fast" | "balanced" | "best";
}

/** Role of every baseline. */
export const baselineRole: SearchRole = {
  baseline: true,
  intermittentOnly: false,
  effort: 0.05,
  turn: "first",
  preset: "fast",
};
