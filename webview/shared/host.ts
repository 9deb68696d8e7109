import { type HostMessage, hostMessageSchema, type PageMessage } from "../../protocol/pages.ts";

/** Whoever shows the page: the editor, a daemon, or nobody where the page is a file. */
export interface Host {
  send(message: PageMessage): void;
  /** Hears every message that is valid; anything else is dropped. */
  listen(listener: (message: HostMessage) => void): void;
  /** Sends a question and waits for the answer with its `id`. Rejects where the host says it cannot answer. */
  ask(question: Extract<PageMessage, { id: number }>): Promise<HostMessage>;
}

interface EditorApi {
  postMessage(message: unknown): void;
}

declare global {
  /** The editor hands its interface out once; its page keeps it here. */
  var almanacHost: EditorApi | undefined;
  function acquireVsCodeApi(): EditorApi;
}

let known: Host | undefined;

/** The page's host, or nothing where the page was opened as a file. */
export function findHost(): Host | undefined {
  const editor = globalThis.almanacHost ?? (typeof acquireVsCodeApi === "function" ? acquireVsCodeApi() : undefined);
  if (editor === undefined) return undefined;
  globalThis.almanacHost = editor;
  known ??= editorHost(editor);
  return known;
}

/** A host that is spoken to by window messages. */
function editorHost(editor: EditorApi): Host {
  const listeners: ((message: HostMessage) => void)[] = [];
  addEventListener("message", (event: MessageEvent<unknown>) => {
    const message = hostMessageSchema.safeParse(event.data);
    if (message.success) for (const listener of listeners) listener(message.data);
  });
  return {
    send: (message) => editor.postMessage(message),
    listen: (listener) => listeners.push(listener),
    ask: (question) =>
      new Promise((resolve, reject) => {
        const answered = (message: HostMessage) => {
          if (!("id" in message) || message.id !== question.id) return;
          listeners.splice(listeners.indexOf(answered), 1);
          if (message.type === "failure") reject(new Error([message.message, message.fix].filter(Boolean).join(" ")));
          else resolve(message);
        };
        listeners.push(answered);
        editor.postMessage(question);
      }),
  };
}
