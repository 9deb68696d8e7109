import { z } from "zod";
import { errorFromWire, errorToWire, errorWireSchema } from "../../../../protocol/error-wire.ts";

/** What a child process does for its parent. */
export interface ChildEnd {
  /** Answers the question `name`; `id` is what the parent cancels it by. */
  ask(id: number, name: string, input: unknown): Promise<unknown>;
  cancel(id: number): void;
  /** Ends the process. */
  end(): void;
}

/** What a parent does for its child process. */
export interface ParentEnd {
  /** Hears what the child tells while it works on question `id`. */
  news(id: number, news: unknown): void;
}

/** Messages as birpc makes them: a request, or the response to one. */
const envelopeSchema = z.discriminatedUnion("t", [
  z.object({ t: z.literal("q"), i: z.string().optional(), m: z.string(), a: z.array(z.unknown()) }),
  z.object({ t: z.literal("s"), i: z.string(), r: z.unknown().optional(), e: errorWireSchema.optional() }),
]);

/** A message as it is sent: errors become plain data. */
export function packed(message: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return message.e === undefined ? message : { ...message, e: errorToWire(message.e) };
}

/** A received message with its error as an error again; undefined where it is no message of the channel. */
export function unpacked(raw: unknown): Readonly<Record<string, unknown>> | undefined {
  const { data } = envelopeSchema.safeParse(raw);
  return data?.t === "s" && data.e !== undefined ? { ...data, e: errorFromWire(data.e) } : data;
}
