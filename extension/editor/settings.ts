import { type Disposable, workspace } from "vscode";

/** Names and types of the settings under `almanac.`. */
export interface Settings {
  readonly "previews.enabled": boolean;
  readonly "codeLens.enabled": boolean;
  readonly "report.openAfterRun": boolean;
  readonly "daemon.node": string;
  readonly "daemon.home": string;
}

/** The value of a setting; the manifest holds the defaults. */
export function setting<K extends keyof Settings>(name: K): Settings[K] {
  // SAFETY: the manifest declares every setting with this type and a default.
  return workspace.getConfiguration("almanac").get(name) as Settings[K];
}

export function changeSetting<K extends keyof Settings>(name: K, value: Settings[K]): Thenable<void> {
  return workspace.getConfiguration("almanac").update(name, value);
}

/** Calls back when one of the settings changes. */
export function onSetting(names: readonly (keyof Settings)[], changed: () => void): Disposable {
  return workspace.onDidChangeConfiguration((event) => {
    if (names.some((name) => event.affectsConfiguration(`almanac.${name}`))) changed();
  });
}
