import { type Disposable, MarkdownString, Range, ThemeColor, window } from "vscode";
import type { Preview } from "../language/service/preview.ts";
import { isExperiment } from "./files.ts";

/** Draws previews after the ends of lines; nothing in the text moves. */
export function createPreviewLayer(): Disposable & { show(uri: string, previews: readonly Preview[]): void } {
  const margin = "0 0 0 3ch";
  const fresh = window.createTextEditorDecorationType({
    after: { margin, color: new ThemeColor("editorCodeLens.foreground") },
  });
  const dim = window.createTextEditorDecorationType({
    after: { margin, color: new ThemeColor("editorGhostText.foreground"), fontStyle: "italic" },
  });
  const optionsOf = (preview: Preview, end: number) => ({
    range: new Range(preview.line, end, preview.line, end),
    hoverMessage: new MarkdownString(preview.hover),
    renderOptions: { after: { contentText: preview.text } },
  });
  return {
    show: (uri, previews) => {
      for (const editor of window.visibleTextEditors) {
        if (editor.document.uri.toString() !== uri) continue;
        const inside = previews.filter(({ line }) => line < editor.document.lineCount);
        const options = (wanted: boolean) =>
          inside
            .filter((preview) => preview.dim === wanted)
            .map((preview) => optionsOf(preview, editor.document.lineAt(preview.line).text.length));
        editor.setDecorations(fresh, options(false));
        editor.setDecorations(dim, options(true));
      }
    },
    dispose: () => {
      fresh.dispose();
      dim.dispose();
    },
  };
}

/** URIs of the experiment files that are on screen. */
export function visibleExperiments(): string[] {
  return window.visibleTextEditors
    .filter(({ document }) => isExperiment(document.fileName))
    .map(({ document }) => document.uri.toString());
}

export function onVisibleEditors(changed: () => void): Disposable {
  return window.onDidChangeVisibleTextEditors(changed);
}

export function onActiveEditor(changed: () => void): Disposable {
  return window.onDidChangeActiveTextEditor(changed);
}
