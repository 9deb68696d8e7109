import { h } from "./dom.ts";

/** Hands the reader a file: the browser's download, offered under `name`. */
export function saveFile(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  const link = h("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** A file name without characters that file systems refuse. */
export function fileName(...parts: readonly string[]): string {
  return parts
    .filter((part) => part !== "")
    .join("-")
    .replaceAll(/[^\p{L}\p{N}._-]+/gu, "-")
    .slice(0, 120);
}
