import { env, ProgressLocation, Uri, window, workspace } from "vscode";

/** A button of a message and what it does. */
export type Button = readonly [label: string, act: () => unknown];

/** Shows an error; resolves when it is closed and its button, if any, has been carried out. */
export async function showError(message: string, ...buttons: readonly Button[]): Promise<void> {
  carryOut(await window.showErrorMessage(message, ...buttons.map(([label]) => label)), buttons);
}

/** Shows a short notice. */
export async function showNotice(message: string, ...buttons: readonly Button[]): Promise<void> {
  carryOut(await window.showInformationMessage(message, ...buttons.map(([label]) => label)), buttons);
}

function carryOut(chosen: string | undefined, buttons: readonly Button[]): void {
  buttons.find(([label]) => label === chosen)?.[1]();
}

/** Asks before something that cannot be undone. */
export async function confirm(question: string, button: string): Promise<boolean> {
  return (await window.showWarningMessage(question, { modal: true }, button)) === button;
}

/** Asks for a text; undefined where the question is dismissed. `check` returns what is wrong with it. */
export function ask(
  prompt: string,
  value = "",
  check?: (text: string) => string | undefined,
  secret = false,
): Thenable<string | undefined> {
  return window.showInputBox({
    prompt,
    value,
    password: secret,
    ignoreFocusOut: true,
    ...(check === undefined ? {} : { validateInput: check }),
  });
}

export interface Choice<T> {
  readonly label: string;
  readonly description?: string;
  readonly detail?: string;
  readonly picked?: boolean;
  readonly value: T;
}

/** Lets one of the choices be picked. */
export async function pickOne<T>(title: string, choices: readonly Choice<T>[]): Promise<T | undefined> {
  return (
    await window.showQuickPick(
      choices.map((choice) => ({ ...choice })),
      { title, matchOnDescription: true },
    )
  )?.value;
}

/** Lets several be picked. */
export async function pickSeveral<T>(title: string, choices: readonly Choice<T>[]): Promise<T[] | undefined> {
  const items = choices.map((choice) => ({ ...choice }));
  return (await window.showQuickPick(items, { title, canPickMany: true }))?.map(({ value }) => value);
}

/** Lets a data file be picked; its path on disk. */
export async function pickDataFile(): Promise<string | undefined> {
  const filters = { "Data files": ["csv", "tsv", "parquet", "json", "ndjson"] };
  return (await window.showOpenDialog({ title: "Data to forecast", filters, canSelectMany: false }))?.[0]?.fsPath;
}

/** Shows progress with a Cancel button while `work` runs; `signal` aborts when it is pressed. */
export function withProgress<T>(
  title: string,
  work: (report: (percent: number, message: string) => void, signal: AbortSignal) => Promise<T>,
): Thenable<T> {
  return window.withProgress(
    { location: ProgressLocation.Notification, title, cancellable: true },
    (progress, token) => {
      const controller = new AbortController();
      token.onCancellationRequested(() => controller.abort());
      let shown = 0;
      return work((percent, message) => {
        progress.report({ increment: Math.max(0, percent - shown), message });
        shown = Math.max(shown, percent);
      }, controller.signal);
    },
  );
}

/** Puts a text on the clipboard. */
export function copy(text: string): Thenable<void> {
  return env.clipboard.writeText(text);
}

/** Opens an address in the browser, on the user's own machine where the editor is remote. */
export async function openBrowser(url: string): Promise<void> {
  await env.openExternal(await env.asExternalUri(Uri.parse(url)));
}

/** Writes bytes to a file that the user names. */
export async function saveAs(name: string, bytes: Uint8Array): Promise<void> {
  const folder = workspace.workspaceFolders?.[0]?.uri;
  const proposal = folder === undefined ? {} : { defaultUri: Uri.joinPath(folder, name) };
  const target = await window.showSaveDialog(proposal);
  if (target !== undefined) await workspace.fs.writeFile(target, bytes);
}
