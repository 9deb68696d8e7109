import { h } from "./dom.ts";
import { findHost } from "./host.ts";

/** Hands the reader a file: a download, or through the host where the page itself cannot. */
export async function saveFile(name: string, content: Blob): Promise<void> {
  const host = findHost();
  if (host?.saves === true) {
    const bytes = new Uint8Array(await content.arrayBuffer());
    let binary = "";
    for (let i = 0; i < bytes.length; i += 8192) binary += String.fromCharCode(...bytes.subarray(i, i + 8192));
    host.send({ type: "save", name, base64: btoa(binary) });
    return;
  }
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
