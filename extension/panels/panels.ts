import { randomBytes } from "node:crypto";
import { z } from "zod";
import type { Daemon } from "../daemon-client/daemon.ts";
import type { Runs } from "../daemon-client/runs.ts";
import { showError } from "../editor/dialogs.ts";
import { createPanel, type Panel, restorePanels } from "../editor/panel.ts";
import { loadContents } from "./contents.ts";
import { type PageName, pageHtml, pageNames, pageTitles } from "./page.ts";

const stateSchema = z.object({ page: z.enum(pageNames), runs: z.array(z.string()).min(1) });
type PageState = z.output<typeof stateSchema>;

const messageSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("cancel") }),
  z.object({ type: z.literal("pause") }),
  z.object({ type: z.literal("resume") }),
  z.object({ type: z.literal("open"), page: z.enum(pageNames) }),
]);

/** Pages in editor tabs: one a page and run, found again after a restart. */
export class Panels {
  readonly #extension: string;
  readonly #daemon: Daemon;
  readonly #runs: Runs;
  readonly #open = new Map<string, Panel>();

  constructor(extension: string, daemon: Daemon, runs: Runs) {
    this.#extension = extension;
    this.#daemon = daemon;
    this.#runs = runs;
  }

  /** Opens a page of one or several runs, or shows it where it is open already. */
  open(page: PageName, ...runs: string[]): void {
    const known = this.#open.get(keyOf({ page, runs }));
    if (known !== undefined) {
      known.reveal();
      return;
    }
    void this.#fill(createPanel(this.#extension, pageTitles[page]), { page, runs });
  }

  /** Takes up the pages that were open when the window closed. */
  restore(): { dispose(): void } {
    return restorePanels(this.#extension, (panel, saved) => {
      const state = stateSchema.safeParse(saved);
      if (state.success) void this.#fill(panel, state.data);
      else
        panel.setHtml("<p>This page was saved by another version of Almanac. Open it again from the Almanac view.</p>");
    });
  }

  async #fill(panel: Panel, state: PageState): Promise<void> {
    const key = keyOf(state);
    this.#open.set(key, panel);
    const subscriptions = state.page === "live" ? [this.#forward(panel, state.runs[0]!)] : [];
    panel.onClose(() => {
      this.#open.delete(key);
      for (const one of subscriptions) one.dispose();
    });
    panel.onMessage((message) => void this.#receive(message, state));
    try {
      const contents = await loadContents(await this.#daemon.client(), state.page, state.runs);
      panel.setTitle(`${pageTitles[state.page]}: ${contents.title}`);
      panel.setHtml(
        pageHtml({
          nonce: randomBytes(16).toString("base64"),
          cspSource: panel.webview.cspSource,
          asset: panel.asset,
          title: contents.title,
          page: state.page,
          state,
          documents: contents.documents,
          chunks: contents.chunks,
        }),
      );
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      await showError(`The page cannot be shown: ${message}`, ["Try Again", () => this.#fill(panel, state)]);
    }
  }

  /** Sends a run's events to its live page. */
  #forward(panel: Panel, run: string): { dispose(): void } {
    return this.#runs.onEvent((event) => {
      if (event.run === run) panel.send({ type: "event", event });
    });
  }

  async #receive(message: unknown, { runs }: PageState): Promise<void> {
    const request = messageSchema.safeParse(message).data;
    const id = runs[0]!;
    if (request === undefined) return;
    if (request.type === "open") {
      this.open(request.page, ...runs);
      return;
    }
    const client = await this.#daemon.client();
    const calls = { cancel: client.cancelRun, pause: client.pauseRun, resume: client.resumeRun };
    this.#runs.put(await calls[request.type]({ params: { id } }));
  }
}

function keyOf({ page, runs }: PageState): string {
  return [page, ...runs].join(" ");
}
