import { randomBytes } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { z } from "zod";
import { type PageMessage, pageMessageSchema } from "../../protocol/pages.ts";
import type { Daemon } from "../daemon-client/daemon.ts";
import type { Runs } from "../daemon-client/runs.ts";
import { saveAs, showError } from "../editor/dialogs.ts";
import { changeFile } from "../editor/files.ts";
import { createPanel, type Panel, restorePanels } from "../editor/panel.ts";
import { loadContents } from "./contents.ts";
import { withMonotone } from "./monotone.ts";
import { noticeHtml, type PageName, pageHtml, pageNames, pageTitles } from "./page.ts";
import { answerTo } from "./questions.ts";
import { withScenario } from "./scenario.ts";

const stateSchema = z.object({ page: z.enum(pageNames), runs: z.array(z.string()).min(1) });
type PageState = z.output<typeof stateSchema>;
type Scenario = Extract<PageMessage, { type: "save-scenario" }>;

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
        panel.setHtml(
          noticeHtml(
            "Almanac",
            "This page was saved by another version of Almanac. Open it again from the Almanac view.",
          ),
        );
    });
  }

  async #fill(panel: Panel, state: PageState): Promise<void> {
    const key = keyOf(state);
    this.#open.set(key, panel);
    const closed = new AbortController();
    panel.onClose(() => {
      this.#open.delete(key);
      closed.abort();
    });
    const receive = this.#receiver(panel, state, closed.signal);
    panel.onMessage((message) => void receive(pageMessageSchema.safeParse(message).data));
    await this.#load(panel, state, closed.signal);
  }

  async #load(panel: Panel, state: PageState, closed: AbortSignal): Promise<void> {
    panel.setHtml(noticeHtml(pageTitles[state.page], "Loading …"));
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
      panel.setHtml(noticeHtml(pageTitles[state.page], `This page cannot be shown: ${message}`));
      await showError(`The page cannot be shown: ${message}`, ["Try Again", () => this.#load(panel, state, closed)]);
    }
  }

  /** Sends a run's events to its live page, from the first one on; goes on with a new daemon where one dies. */
  async #forward(panel: Panel, run: string, signal: AbortSignal): Promise<void> {
    for (let last = 0; !signal.aborted; ) {
      try {
        const client = await this.#daemon.client();
        for await (const event of client.runEvents({ params: { id: run } }, { signal, lastEventId: last })) {
          last = event.sequence;
          panel.send({ type: "event", event });
        }
        return;
      } catch {
        await wait(1000, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  /** Carries out what a page asks for. A live page that begins to listen is told of everything from the first event on. */
  #receiver(panel: Panel, state: PageState, closed: AbortSignal): (request: PageMessage | undefined) => Promise<void> {
    let followed = new AbortController();
    return async (request) => {
      if (request?.type !== "listening") return this.#carryOut(panel, request, state);
      followed.abort();
      followed = new AbortController();
      if (state.page === "live") await this.#forward(panel, state.runs[0]!, AbortSignal.any([closed, followed.signal]));
    };
  }

  async #carryOut(panel: Panel, request: PageMessage | undefined, { runs }: PageState): Promise<void> {
    const id = runs[0]!;
    switch (request?.type) {
      case "open":
        return this.open(request.page, ...runs);
      case "save":
        return await saveAs(request.name, Buffer.from(request.base64, "base64"));
      case "save-scenario":
        return await this.#saveScenario(id, request);
      case "save-monotone":
        return await this.#change(id, (text) => withMonotone(text, request.covariate, request.direction));
      case "what-if-series":
      case "what-if-forecast":
      case "what-if-goal":
      case "what-if-optimum":
      case "explain-series":
        return panel.send(await answerTo(await this.#daemon.client(), id, request));
      case "cancel":
      case "pause":
      case "resume": {
        const client = await this.#daemon.client();
        const calls = { cancel: client.cancelRun, pause: client.pauseRun, resume: client.resumeRun };
        this.#runs.put(await calls[request.type]({ params: { id } }));
        return;
      }
      case "candidate": {
        const { cancelCandidate, pauseCandidate, resumeCandidate } = await this.#daemon.client();
        const calls = { cancel: cancelCandidate, pause: pauseCandidate, resume: resumeCandidate };
        await calls[request.action]({ params: { id, candidate: request.candidate } });
      }
    }
  }

  async #saveScenario(run: string, { name, set, from, to, series }: Scenario): Promise<void> {
    const entry = JSON.stringify({
      name,
      set,
      from,
      to,
      series,
    });
    await this.#change(run, (text) => withScenario(text, entry));
  }

  /** Changes the experiment file of a run. */
  async #change(run: string, edit: (text: string) => string): Promise<void> {
    const path = this.#runs.get(run)?.path;
    if (path !== undefined) await changeFile(path, edit);
  }
}

function keyOf({ page, runs }: PageState): string {
  return [page, ...runs].join(" ");
}
