import { z } from "zod";

/** One question that a process answers. Each end checks what it receives. */
interface Question {
  readonly input: z.ZodType;
  readonly output: z.ZodType;
  /** What the process tells while it works on the answer. */
  readonly news?: z.ZodType;
}

/** All questions that a process answers, by name. */
export type Contract = Readonly<Record<string, Question>>;

export type NewsOf<Q extends Question> = Q["news"] extends z.ZodType<infer News> ? News : never;

/**
 * Data whose type both ends share: checked to be an object and no further. For what is large (forecasts, panels) or has no
 * schema, as both ends are the same version of the program.
 */
export function plain<T extends object>(): z.ZodType<T, T> {
  return z.custom<T>((value) => typeof value === "object" && value !== null);
}
