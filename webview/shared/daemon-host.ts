import { runEventSchema } from "../../protocol/events.ts";
import { type AnswerTo, hostMessageSchema, type ModelQuestion, type PageMessage } from "../../protocol/pages.ts";
import type { Host, QuestionOf } from "./host.ts";

/** Names of the events that a daemon streams of a run. */
const eventNames = [...runEventSchema.options.map((option) => option.shape.type.value), "run-state"];

/** A daemon that serves the page, asked through its API; `api` is the run's address there. */
export function daemonHost(api: string): Host {
  return {
    saves: false,
    writes: false,
    send: (message) => void send(api, message),
    listen(listener) {
      const stream = new EventSource(`${api}/events`);
      for (const name of eventNames) {
        stream.addEventListener(name, (event) => {
          const message = hostMessageSchema.safeParse({ type: "event", event: JSON.parse(event.data) });
          if (message.success) listener(message.data);
        });
      }
      stream.addEventListener("end", () => stream.close());
    },
    remember: () => undefined,
    remembered: () => ({}),
    ask: (type, question) => ask(api, type, question),
  };
}

/** Where the API answers each kind of question, below the run's address. */
const paths: Readonly<Record<ModelQuestion["type"], string>> = {
  "what-if-series": "what-if",
  "what-if-forecast": "what-if",
  "what-if-goal": "what-if/goal",
  "what-if-optimum": "what-if/optimum",
  "explain-series": "explain",
};

async function ask<T extends ModelQuestion["type"]>(
  api: string,
  type: T,
  question: QuestionOf<T>,
): Promise<AnswerTo<T>> {
  const address = `${api}/${paths[type]}`;
  const answer =
    type === "what-if-series"
      ? await fetch(`${address}?series=${question.series}`)
      : await fetch(address, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify(question),
        });
  if (!answer.ok) throw new Error(await problemOf(answer));
  const message = hostMessageSchema.parse({ type, id: 0, answer: await answer.json() });
  // SAFETY: the message was parsed as the type that was asked for.
  return (message as unknown as { answer: AnswerTo<T> }).answer;
}

async function send(api: string, message: PageMessage): Promise<void> {
  if (message.type === "open") {
    location.assign(
      `${location.pathname.replace(/\/(?:live|explain|compare|what-if)$/, "")}${message.page === "report" ? "" : `/${message.page}`}`,
    );
    return;
  }
  const path = pathOf(message);
  if (path === undefined) return;
  const answer = await fetch(`${api}/${path}`, { method: "POST" });
  if (!answer.ok) alert(await problemOf(answer));
}

/** Where a wish of the page is sent to, below the run's address. */
function pathOf(message: PageMessage): string | undefined {
  switch (message.type) {
    case "cancel":
    case "pause":
    case "resume":
      return message.type;
    case "candidate":
      return `candidates/${encodeURIComponent(message.candidate)}/${message.action}`;
    default:
      return undefined;
  }
}

/** What the daemon says about a refusal. */
async function problemOf(answer: Response): Promise<string> {
  const problem = (await answer.json().catch(() => ({}))) as { detail?: unknown; title?: unknown };
  return String(problem.detail ?? problem.title ?? `The daemon answered ${answer.status}.`);
}
