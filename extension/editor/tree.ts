import {
  type Disposable,
  EventEmitter,
  MarkdownString,
  ThemeColor,
  ThemeIcon,
  TreeItem,
  TreeItemCollapsibleState,
  Uri,
  window,
} from "vscode";

/** One line of a tree. Plain data: views are functions from what is known to nodes. */
export interface Node {
  /** Stable, so that the tree keeps what is open and selected. */
  readonly id: string;
  readonly label: string;
  readonly description?: string;
  /** Markdown. */
  readonly tooltip?: string;
  readonly icon?: string;
  readonly colour?: string | undefined;
  /** `viewItem` of the manifest's menus. */
  readonly context?: string;
  readonly command?: { readonly name: string; readonly title: string; readonly given: readonly unknown[] };
  readonly file?: string;
  readonly expanded?: boolean;
  readonly children?: () => readonly Node[] | Promise<readonly Node[]>;
  /** What commands from this line's menu are given. */
  readonly subject?: unknown;
}

/** Shows nodes in a view of the manifest. */
export function showTree(
  view: string,
  roots: () => readonly Node[] | Promise<readonly Node[]>,
): Disposable & { refresh(): void } {
  const changed = new EventEmitter<void>();
  const tree = window.createTreeView<Node>(view, {
    showCollapseAll: true,
    treeDataProvider: {
      onDidChangeTreeData: changed.event,
      getChildren: async (node) => [...(node === undefined ? await roots() : ((await node.children?.()) ?? []))],
      getTreeItem: itemOf,
    },
  });
  return {
    refresh: () => changed.fire(),
    dispose: () => {
      tree.dispose();
      changed.dispose();
    },
  };
}

function itemOf(node: Node): TreeItem {
  const { None, Expanded, Collapsed } = TreeItemCollapsibleState;
  const item = new TreeItem(node.label, node.children === undefined ? None : node.expanded ? Expanded : Collapsed);
  item.id = node.id;
  if (node.description !== undefined) item.description = node.description;
  if (node.tooltip !== undefined) item.tooltip = new MarkdownString(node.tooltip);
  if (node.icon !== undefined) {
    item.iconPath = new ThemeIcon(node.icon, node.colour === undefined ? undefined : new ThemeColor(node.colour));
  }
  if (node.context !== undefined) item.contextValue = node.context;
  if (node.file !== undefined) item.resourceUri = Uri.file(node.file);
  if (node.command !== undefined) {
    const { name, title, given } = node.command;
    item.command = { command: `almanac.${name}`, title, arguments: [...given] };
  }
  return item;
}
