import {
  type Disposable,
  type Tab,
  TabInputWebview,
  Uri,
  ViewColumn,
  type Webview,
  type WebviewPanel,
  window,
} from "vscode";

/** A page in an editor tab. */
export interface Panel {
  readonly webview: Pick<Webview, "cspSource">;
  /** Address of a file of the extension inside the page. */
  asset(...path: string[]): string;
  setHtml(html: string): void;
  setTitle(title: string): void;
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  onClose(listener: () => void): void;
  reveal(): void;
}

const viewType = "almanac.page";

/** Opens a page where the others are, the first one beside the active editor. */
export function createPanel(extension: string, title: string): Panel {
  const panel = window.createWebviewPanel(viewType, title, pagesColumn() ?? ViewColumn.Beside, optionsOf(extension));
  return wrap(panel, extension);
}

function pagesColumn(): ViewColumn | undefined {
  const isPage = ({ input }: Tab) => input instanceof TabInputWebview && input.viewType.endsWith(viewType);
  return window.tabGroups.all.find(({ tabs }) => tabs.some(isPage))?.viewColumn;
}

/** Restores the pages that were open when the window closed; `state` is what the page last saved. */
export function restorePanels(extension: string, restore: (panel: Panel, state: unknown) => void): Disposable {
  return window.registerWebviewPanelSerializer(viewType, {
    deserializeWebviewPanel: async (panel, state) => {
      panel.webview.options = optionsOf(extension);
      restore(wrap(panel, extension), state);
    },
  });
}

function optionsOf(extension: string) {
  return { enableScripts: true, localResourceRoots: [Uri.joinPath(Uri.file(extension), "dist", "webview")] };
}

function wrap(panel: WebviewPanel, extension: string): Panel {
  panel.iconPath = Uri.joinPath(Uri.file(extension), "extension", "icons", "almanac.png");
  return {
    webview: panel.webview,
    asset: (...path) =>
      panel.webview.asWebviewUri(Uri.joinPath(Uri.file(extension), "dist", "webview", ...path)).toString(),
    setHtml: (html) => {
      panel.webview.html = html;
    },
    setTitle: (title) => {
      panel.title = title;
    },
    send: (message) => void panel.webview.postMessage(message),
    onMessage: (listener) => void panel.webview.onDidReceiveMessage(listener),
    onClose: (listener) => void panel.onDidDispose(listener),
    reveal: () => panel.reveal(),
  };
}
