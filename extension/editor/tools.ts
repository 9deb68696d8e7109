import { type Disposable, LanguageModelTextPart, LanguageModelToolResult, lm } from "vscode";

/** A tool that a language model may call. */
export interface Tool<I> {
  readonly name: string;
  /** Shown while it works. */
  readonly doing: (input: I) => string;
  /** Question put to the user first, where the tool does more than read. */
  readonly confirm?: (input: I) => { readonly title: string; readonly message: string };
  readonly read: (input: unknown) => I;
  /** The answer, as text for the model. */
  readonly run: (input: I, signal: AbortSignal) => Promise<string>;
}

/** Registers a tool of the manifest; does nothing in editors without language models. */
export function provideTool<I>(tool: Tool<I>): Disposable {
  if (lm?.registerTool === undefined) return { dispose: () => {} };
  return lm.registerTool<unknown>(tool.name, {
    prepareInvocation: ({ input }) => {
      const read = tool.read(input);
      const confirmation = tool.confirm?.(read);
      return {
        invocationMessage: tool.doing(read),
        ...(confirmation === undefined ? {} : { confirmationMessages: { ...confirmation } }),
      };
    },
    invoke: async ({ input }, token) => {
      const controller = new AbortController();
      token.onCancellationRequested(() => controller.abort());
      const text = await tool.run(tool.read(input), controller.signal);
      return new LanguageModelToolResult([new LanguageModelTextPart(text)]);
    },
  });
}
