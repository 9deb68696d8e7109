import {
  createConnection,
  DidChangeWatchedFilesNotification,
  type InitializeParams,
  ProposedFeatures,
  TextDocumentSyncKind,
  TextDocuments,
} from "vscode-languageserver/node";
import { TextDocument } from "vscode-languageserver-textdocument";
import models from "../../protocol/generated/models.json" with { type: "json" };
import {
  type DaemonChanged,
  type DraftRequest,
  daemonChanged,
  draftExperiment,
  getPreviews,
  previewsChanged,
  type RunChanged,
  runChanged,
  type ServerOptions,
  trustGranted,
} from "./messages.ts";
import { Session } from "./server/session.ts";
import { complete } from "./service/completion.ts";
import { diagnose } from "./service/diagnostics.ts";
import { type ForecastDocument, toOffset } from "./service/document.ts";
import { type Facts, noFacts } from "./service/facts.ts";
import { quickFixes } from "./service/fixes/quick-fixes.ts";
import { hover } from "./service/hover.ts";
import { lenses } from "./service/lenses.ts";
import { links } from "./service/links.ts";
import { previews } from "./service/preview.ts";
import { columnAt, references, renameColumn } from "./service/rename.ts";
import { symbols } from "./service/symbols.ts";

/** How long typing must rest before the data are asked again, in milliseconds. */
const restMs = 250;

const connection = createConnection(ProposedFeatures.all);
const documents = new TextDocuments(TextDocument);
const timers = new Map<string, NodeJS.Timeout>();
let session: Session | undefined;

connection.onInitialize(({ initializationOptions }: InitializeParams) => {
  // SAFETY: the client of this same package sends ServerOptions.
  session = new Session(initializationOptions as ServerOptions, models, tell);
  return {
    capabilities: {
      textDocumentSync: TextDocumentSyncKind.Incremental,
      completionProvider: { triggerCharacters: [" ", ":", "[", ",", "{", "-"] },
      hoverProvider: true,
      codeActionProvider: { codeActionKinds: ["quickfix"] },
      codeLensProvider: {},
      documentSymbolProvider: true,
      documentLinkProvider: {},
      referencesProvider: true,
      renameProvider: { prepareProvider: true },
    },
  };
});

connection.onInitialized(() => {
  void connection.client.register(DidChangeWatchedFilesNotification.type, {
    watchers: [{ globPattern: "**/*.{csv,tsv,parquet,json,ndjson}" }],
  });
});

documents.onDidChangeContent(({ document }) => {
  check(document);
  clearTimeout(timers.get(document.uri));
  timers.set(
    document.uri,
    setTimeout(() => session?.refresh(document.uri), restMs),
  );
});

documents.onDidOpen(({ document }) => session?.refresh(document.uri));

documents.onDidClose(({ document }) => {
  clearTimeout(timers.get(document.uri));
  timers.delete(document.uri);
  session?.close(document.uri);
  void connection.sendDiagnostics({ uri: document.uri, diagnostics: [] });
});

connection.onDidChangeWatchedFiles(() => {
  for (const { uri } of documents.all()) session?.refresh(uri, true);
});

/** Publishes what is wrong with the text as it is now. */
function check(document: TextDocument): void {
  if (session === undefined) return;
  const opened = session.update(document.uri, document.version, document.getText());
  void connection.sendDiagnostics({
    uri: document.uri,
    version: document.version,
    diagnostics: diagnose(opened, session.facts(document.uri)),
  });
}

/** Something new is known about a file: everything that depends on it is shown again. */
function tell(uri: string): void {
  const document = documents.get(uri);
  if (document === undefined) return;
  check(document);
  void connection.sendRequest("workspace/codeLens/refresh").catch(() => {});
  void connection.sendNotification(previewsChanged, { uri });
}

/** Answers from the newest text of a file and what is known about it; `otherwise` for files that are not open. */
function answer<T>(uri: string, otherwise: T, give: (document: ForecastDocument, facts: Facts) => T): T {
  const document = documents.get(uri);
  if (document === undefined || session === undefined) return otherwise;
  return give(session.update(uri, document.version, document.getText()), session.facts(uri) ?? noFacts);
}

connection.onCompletion(({ textDocument: { uri }, position }) =>
  answer(uri, [], (document, facts) => complete(document, toOffset(document, position), facts)),
);
connection.onHover(({ textDocument: { uri }, position }) =>
  answer(uri, null, (document, facts) => hover(document, toOffset(document, position), facts) ?? null),
);
connection.onCodeAction(({ textDocument: { uri }, context }) =>
  answer(uri, [], (document, facts) => quickFixes(document, uri, context.diagnostics, facts)),
);
connection.onCodeLens(({ textDocument: { uri } }) =>
  answer(uri, [], (document, facts) => lenses(document, uri, facts)),
);
connection.onDocumentSymbol(({ textDocument: { uri } }) => answer(uri, [], (document) => symbols(document)));
connection.onDocumentLinks(({ textDocument: { uri } }) => answer(uri, [], (document) => links(document, uri)));
connection.onReferences(({ textDocument: { uri }, position }) =>
  answer(uri, [], (document) => references(document, toOffset(document, position), uri)),
);
connection.onPrepareRename(({ textDocument: { uri }, position }) =>
  answer(uri, null, (document) => {
    const column = columnAt(document, toOffset(document, position));
    return column === undefined ? null : { range: column.range, placeholder: column.name };
  }),
);
connection.onRenameRequest(({ textDocument: { uri }, position, newName }) =>
  answer(uri, null, (document) => ({
    changes: { [uri]: renameColumn(document, toOffset(document, position), newName) },
  })),
);

connection.onNotification(runChanged, (change: RunChanged) => session?.setRun(change));
connection.onNotification(daemonChanged, (daemon: DaemonChanged) => session?.setDaemon(daemon));
connection.onNotification(trustGranted, () => session?.trust());
connection.onRequest(getPreviews, ({ uri }: { uri: string }) => answer(uri, [], previews));
connection.onRequest(draftExperiment, ({ dataFile }: DraftRequest) => session?.draft(dataFile) ?? "");

connection.onShutdown(() => session?.stop());

documents.listen(connection);
connection.listen();
