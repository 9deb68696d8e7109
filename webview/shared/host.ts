import { z } from "zod";
import {
  type AnswerTo,
  type HostMessage,
  hostMessageSchema,
  type ModelQuestion,
  type PageMessage,
} from "../../protocol/pages.ts";
import { daemonHost } from "./daemon-host.ts";

/** Whoever shows the page: the editor, a daemon, or nobody where the page is a file. */
export interface Host {
  /** Whether files are saved through the host, since the page itself cannot download. */
  readonly saves: boolean;
  /** Whether the host can change the experiment file. */
  readonly writes: boolean;
  send(message: PageMessage): void;
  /** Hears every message that is valid; anything else is dropped. */
  listen(listener: (message: HostMessage) => void): void;
  /** Asks the trained model and waits for the answer. Rejects where the host says it cannot answer. */
  ask<T extends ModelQuestion["type"]>(type: T, question: QuestionOf<T>): Promise<AnswerTo<T>>;
  /** Keeps small facts about the view while the page is hidden or the editor restarts. */
  remember(facts: ViewFacts): void;
  remembered(): ViewFacts;
}

export type QuestionOf<T extends ModelQuestion["type"]> = Extract<ModelQuestion, { type: T }>["question"];

const viewFactsSchema = z.object({ series: z.number().int().nonnegative().optional().catch(undefined) });

/** What a page finds again when it comes back. */
export type ViewFacts = z.infer<typeof viewFactsSchema>;

interface EditorApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare global {
  /** The editor hands its interface out once; its page keeps it here. */
  var almanacHost: EditorApi | undefined;
  function acquireVsCodeApi(): EditorApi;
}

let known: Host | undefined;

/** The page's host, or nothing where the page was opened as a file. */
export function findHost(): Host | undefined {
  if (known !== undefined) return known;
  const editor = globalThis.almanacHost ?? (typeof acquireVsCodeApi === "function" ? acquireVsCodeApi() : undefined);
  const { api } = document.body.dataset;
  if (editor !== undefined) known = editorHost(editor);
  else if (api !== undefined) known = daemonHost(api);
  return known;
}

/** A host that is spoken to by window messages. */
function editorHost(editor: EditorApi): Host {
  const listeners = new Set<(message: HostMessage) => void>();
  let next = 0;
  addEventListener("message", (event: MessageEvent<unknown>) => {
    const message = hostMessageSchema.safeParse(event.data);
    if (message.success) for (const listener of listeners) listener(message.data);
  });
  return {
    saves: true,
    writes: true,
    send: (message) => editor.postMessage(message),
    listen: (listener) => {
      listeners.add(listener);
      editor.postMessage({ type: "listening" });
    },
    // The editor keeps its own facts in the same place: they stay.
    remember: (facts) => editor.setState({ ...(editor.getState() as object | undefined), ...facts }),
    remembered: () => viewFactsSchema.safeParse(editor.getState()).data ?? {},
    ask: <T extends ModelQuestion["type"]>(type: T, question: QuestionOf<T>) =>
      new Promise<unknown>((resolve, reject) => {
        const id = next++;
        const answered = (message: HostMessage) => {
          if (!("id" in message) || message.id !== id) return;
          listeners.delete(answered);
          if (message.type === "failure") reject(new Error([message.message, message.fix].filter(Boolean).join(" ")));
          else resolve(message.answer);
        };
        listeners.add(answered);
        editor.postMessage({ type, id, question });
        // SAFETY: the host answers a question by a message of its own type, whose schema has been checked.
      }) as Promise<AnswerTo<T>>,
  };
}
