/** What a user wants of one candidate: no more of it, or not now. */
export type CandidateWish = "cancel" | "pause";

type Listener = (candidate: string, wish: CandidateWish | undefined) => void;

/** What the user wants of single candidates, said at any moment of a run. Cancelling is for good. */
export class Steering {
  readonly #wishes: Map<string, CandidateWish>;
  readonly #halts = new Map<string, AbortController>();
  readonly #listeners = new Set<Listener>();

  constructor(wishes: Readonly<Record<string, CandidateWish>> = {}) {
    this.#wishes = new Map(Object.entries(wishes));
  }

  /** All wishes, by candidate. */
  get wishes(): Readonly<Record<string, CandidateWish>> {
    return Object.fromEntries(this.#wishes);
  }

  wishFor(candidate: string): CandidateWish | undefined {
    return this.#wishes.get(candidate);
  }

  /** Says what is wanted of a candidate from now on; undefined: that it goes on. */
  set(candidate: string, wish: CandidateWish | undefined): void {
    const before = this.#wishes.get(candidate);
    if (before === wish || before === "cancel") return;
    if (wish === undefined) {
      this.#wishes.delete(candidate);
      this.#halts.delete(candidate);
    } else {
      this.#wishes.set(candidate, wish);
      this.#haltOf(candidate).abort();
    }
    for (const listener of this.#listeners) listener(candidate, wish);
  }

  /** Calls `listener` with every change; returns how to stop. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Aborts as soon as the candidate is paused or cancelled. */
  halted(candidate: string): AbortSignal {
    const halt = this.#haltOf(candidate);
    if (this.#wishes.has(candidate)) halt.abort();
    return halt.signal;
  }

  /** Resolves once the candidate is not paused any more, or `signal` aborts. */
  released(candidate: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        stop();
        signal.removeEventListener("abort", done);
        resolve();
      };
      const stop = this.listen((changed, wish) => changed === candidate && wish !== "pause" && done());
      signal.addEventListener("abort", done);
      if (signal.aborted || this.wishFor(candidate) !== "pause") done();
    });
  }

  #haltOf(candidate: string): AbortController {
    const known = this.#halts.get(candidate);
    if (known) return known;
    const halt = new AbortController();
    this.#halts.set(candidate, halt);
    return halt;
  }
}
