import type { Client } from "../../protocol/client.ts";
import { AlmanacError } from "../../protocol/errors.ts";
import type { HostMessage, ModelQuestion } from "../../protocol/pages.ts";

/** Asks the trained model of a run what a page wants to know. Never rejects: what goes wrong is a message too. */
export async function answerTo(client: Client, run: string, asked: ModelQuestion): Promise<HostMessage> {
  const { id } = asked;
  const params = { id: run };
  try {
    switch (asked.type) {
      case "what-if-series":
        return { type: asked.type, id, answer: await client.getWhatIf({ params, query: asked.question }) };
      case "what-if-forecast":
        return { type: asked.type, id, answer: await client.askWhatIf({ params, body: asked.question }) };
      case "what-if-goal":
        return { type: asked.type, id, answer: await client.seekGoal({ params, body: asked.question }) };
      case "what-if-optimum":
        return { type: asked.type, id, answer: await client.seekOptimum({ params, body: asked.question }) };
      case "explain-series":
        return { type: asked.type, id, answer: await client.explainForecast({ params, body: asked.question }) };
    }
  } catch (error) {
    const fix = error instanceof AlmanacError && error.fix !== undefined ? { fix: error.fix } : {};
    return { type: "failure", id, message: error instanceof Error ? error.message : String(error), ...fix };
  }
}
