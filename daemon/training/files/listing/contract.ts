import { z } from "zod";

/** What the listing process is asked. */
export const listingContract = {
  /** Files that match a pattern with an absolute path, in no order; one more than `most` if there are more. */
  list: {
    input: z.object({ pattern: z.string(), most: z.int().positive() }),
    output: z.array(z.string()),
  },
};
