import { flushCompileCache } from "node:module";
import { createBirpc } from "birpc";
import type { z } from "zod";
import type { Contract, NewsOf } from "./contract.ts";
import { type ChildEnd, type ParentEnd, packed, unpacked } from "./envelope.ts";

/** What there is to the answer of one question beside its input. */
export interface Asked<News> {
  /** Aborts when the parent cancels the question: the process is killed if it goes on for much longer. */
  readonly signal: AbortSignal;
  /** Tells the parent something before the answer. */
  readonly tell: (news: News) => void;
}

type Answers<C extends Contract> = {
  readonly [K in keyof C]: (
    input: z.output<C[K]["input"]>,
    asked: Asked<NewsOf<C[K]>>,
  ) => z.input<C[K]["output"]> | Promise<z.input<C[K]["output"]>>;
};

type AnyAnswer = (input: unknown, asked: Asked<unknown>) => unknown;

/**
 * The child's end of the channel: answers what the parent asks, several questions at a time where it asks several. Whatever
 * an answer throws is thrown again in the parent. The process ends with its parent.
 */
export function answerQuestions<C extends Contract>(contract: C, answers: Answers<C>): void {
  // SAFETY: every input is checked by the schema of the question before it is handed to the answer of the same name.
  const answerOf = answers as Readonly<Record<string, AnyAnswer>>;
  const running = new Map<number, AbortController>();
  const parent = createBirpc<ParentEnd, ChildEnd, false>(
    {
      ask: async (id, name, input) => {
        const [question, answer] = [contract[name], answerOf[name]];
        if (question === undefined || answer === undefined) throw new Error(`Nothing answers the question ${name}.`);
        const controller = new AbortController();
        running.set(id, controller);
        try {
          const tell = (news: unknown) => void parent.$callEvent("news", id, news);
          return await answer(question.input.parse(input), { signal: controller.signal, tell });
        } finally {
          running.delete(id);
        }
      },
      cancel: (id) => running.get(id)?.abort(new DOMException("Stopped.", "AbortError")),
      end: () => process.exit(0),
    },
    {
      post: (message) => {
        // Without its parent nobody would hear it: the process is about to end.
        if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
      },
      on: (listener) => {
        process.on("message", (raw) => {
          const message = unpacked(raw);
          if (message === undefined) throw new Error("The parent process sent what is no message of the channel.");
          listener(message);
        });
      },
      serialize: packed,
      // An answer that cannot be sent is an error that can.
      onGeneralError: () => true,
      timeout: -1,
      proxify: false,
    },
  );
  process.on("disconnect", () => process.exit(0));
  // Node keeps compiled code (NODE_COMPILE_CACHE) when a process exits; one that is killed would leave none.
  flushCompileCache();
}
