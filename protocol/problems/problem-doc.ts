/** What the reference says about one code: what it means and what a user does about it, one or two sentences each. */
export interface ProblemDoc {
  readonly meaning: string;
  readonly remedy: string;
}

/** The two sentences of a code. */
export function doc(meaning: string, remedy: string): ProblemDoc {
  return { meaning, remedy };
}
