import { type Disposable, EventEmitter, Range, Uri, ViewColumn, WorkspaceEdit, window, workspace } from "vscode";

const pattern = "**/*.forecast.{yaml,yml}";

/** Whether the path is an experiment's. */
export function isExperiment(path: string): boolean {
  return /\.forecast\.ya?ml$/.test(path);
}

/** Path on disk of a URI's text, a URI, or a path. */
export function toPath(text: string): string {
  return text.includes("://") ? Uri.parse(text).fsPath : text;
}

/** The experiment in the active editor. */
export function activeExperiment(): string | undefined {
  const document = window.activeTextEditor?.document;
  return document !== undefined && isExperiment(document.fileName) ? document.uri.fsPath : undefined;
}

/** Experiment files of the workspace, by path. */
export async function findExperiments(): Promise<string[]> {
  const found = await workspace.findFiles(pattern, "**/{node_modules,*.forecast.out}/**", 500);
  return found.map(({ fsPath }) => fsPath).sort();
}

/** Path relative to the workspace, for showing. */
export function shortPath(path: string): string {
  return workspace.asRelativePath(path);
}

/** Saves the file where it is open with changes. */
export async function saveFile(path: string): Promise<void> {
  const document = workspace.textDocuments.find(({ uri }) => uri.fsPath === path);
  if (document?.isDirty) await document.save();
}

/** Opens a file, at a line where one is given (0 is the first). */
export async function openFile(path: string, line?: number, beside = false): Promise<void> {
  const place = line === undefined ? {} : { selection: new Range(line, 0, line, 0) };
  await window.showTextDocument(Uri.file(path), { ...place, ...(beside ? { viewColumn: ViewColumn.Beside } : {}) });
}

const shown = new Map<string, string>();
const changed = new EventEmitter<Uri>();

/** Lets texts be shown that are no files. */
export function provideTexts(): Disposable {
  return workspace.registerTextDocumentContentProvider("almanac", {
    onDidChange: changed.event,
    provideTextDocumentContent: ({ path }) => shown.get(path) ?? "",
  });
}

/** Shows a text that can be read but not changed, and that is not asked about when it is closed. */
export async function showText(name: string, content: string): Promise<void> {
  const uri = Uri.from({ scheme: "almanac", path: `/${name}` });
  shown.set(uri.path, content);
  changed.fire(uri);
  await window.showTextDocument(await workspace.openTextDocument(uri));
}

/** Writes a new file; false where one of that name exists. */
export async function createFile(path: string, text: string): Promise<boolean> {
  const uri = Uri.file(path);
  const exists = await workspace.fs.stat(uri).then(
    () => true,
    () => false,
  );
  if (!exists) await workspace.fs.writeFile(uri, new TextEncoder().encode(text));
  return !exists;
}

/** Calls back when an experiment file appears or goes. */
export function onExperimentFiles(changed: () => void): Disposable {
  const watcher = workspace.createFileSystemWatcher(pattern, false, true, false);
  watcher.onDidCreate(changed);
  watcher.onDidDelete(changed);
  return watcher;
}

/** Folders of the workspace, by path. */
export function folders(): string[] {
  return (workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath);
}

export function isTrusted(): boolean {
  return workspace.isTrusted;
}

export function onTrusted(granted: () => void): Disposable {
  return workspace.onDidGrantWorkspaceTrust(granted);
}

/** Changes a file's text in the editor, so that it can be undone, and shows it. */
export async function changeFile(path: string, change: (text: string) => string): Promise<void> {
  const document = await workspace.openTextDocument(Uri.file(path));
  const edit = new WorkspaceEdit();
  const end = document.lineAt(document.lineCount - 1).range.end;
  edit.replace(document.uri, new Range(0, 0, end.line, end.character), change(document.getText()));
  await workspace.applyEdit(edit);
  await window.showTextDocument(document, { preserveFocus: true, viewColumn: ViewColumn.One });
}
