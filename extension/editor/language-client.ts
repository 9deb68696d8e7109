import type { Disposable } from "vscode";
import { LanguageClient, TransportKind } from "vscode-languageclient/node";
import type { ServerOptions } from "../language/messages.ts";
import type { Log } from "./log.ts";
import { setting } from "./settings.ts";

/** The language server as the rest of the extension sees it. */
export interface Language extends Disposable {
  tell(method: string, content?: unknown): void;
  ask<T>(method: string, content: unknown): Promise<T>;
  on<T>(method: string, listener: (content: T) => void): void;
}

/** Starts the language server for experiment files. */
export async function startLanguage(serverModule: string, options: ServerOptions, log: Log): Promise<Language> {
  const run = { module: serverModule, transport: TransportKind.ipc };
  const client = new LanguageClient(
    "almanac",
    "Almanac",
    { run, debug: run },
    {
      documentSelector: [{ language: "almanac-forecast" }],
      initializationOptions: options,
      outputChannel: log,
      middleware: {
        provideCodeLenses: (document, token, next) => (setting("codeLens.enabled") ? next(document, token) : []),
      },
    },
  );
  await client.start();
  return {
    tell: (method, content) => void client.sendNotification(method, content),
    ask: (method, content) => client.sendRequest(method, content),
    on: (method, listener) => void client.onNotification(method, listener),
    dispose: () => void client.stop().catch(() => {}),
  };
}
