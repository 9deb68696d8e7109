import { type Disposable, MarkdownString, StatusBarAlignment, ThemeColor, window } from "vscode";

export interface Status {
  readonly text: string;
  /** Markdown. */
  readonly tooltip: string;
  readonly command: string;
  readonly failed?: boolean;
}

/** A status bar item that shows whatever it is last told. */
export function createStatus(id: string, name: string): Disposable & { show(status: Status): void } {
  const item = window.createStatusBarItem(id, StatusBarAlignment.Left, 50);
  item.name = name;
  return {
    show: ({ text, tooltip, command, failed }) => {
      item.text = text;
      item.tooltip = new MarkdownString(tooltip);
      item.command = command;
      item.backgroundColor = failed ? new ThemeColor("statusBarItem.warningBackground") : undefined;
      item.accessibilityInformation = { label: `${name}: ${text.replace(/\$\([^)]*\)/g, "").trim()}` };
      item.show();
    },
    dispose: () => item.dispose(),
  };
}
