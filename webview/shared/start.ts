import type { z } from "zod";
import { showFailure } from "./failure.ts";

/** Reads the page's document, validates it and builds the page; says on the page itself where that fails. */
export function startPage<Document>(
  schema: z.ZodType<Document>,
  build: (page: HTMLElement, document: Document) => void | Promise<void>,
): void {
  const page = document.getElementById("page")!;
  const run = async () => {
    const value: unknown = JSON.parse(document.getElementById("document")?.textContent ?? "null");
    await build(page, schema.parse(value));
  };
  run().catch((error: unknown) => showFailure(page, error));
}
