/** The language server's reading process. */
import { factsContract } from "../../../protocol/facts.ts";
import { answerQuestions } from "../workers/processes/answering.ts";
import { gatherFacts } from "./gather.ts";

answerQuestions(factsContract, {
  facts: async (request, { tell }) => {
    for await (const { facts, last } of gatherFacts(request)) {
      if (last) return facts;
      tell(facts);
    }
    throw new Error("The facts have no end.");
  },
});
