/** The listing process. Some patterns take exponential time to match: here they can be stopped. */
import { glob } from "node:fs/promises";
import { answerQuestions } from "../../workers/processes/answering.ts";
import { listingContract } from "./contract.ts";

answerQuestions(listingContract, {
  list: async ({ pattern, most }) => {
    const files: string[] = [];
    for await (const file of glob(pattern)) {
      if (files.push(file) > most) break;
    }
    return files;
  },
});
