// Assertions that were written for promptfoo, as scorers.

import { Feedback, scorer } from "scorebox";

export const wordLimit = scorer({
  summary: "Whether the answer keeps within a number of words, and how well.",
  config: {
    type: "object",
    properties: { maxWords: { type: "integer", minimum: 1, default: 50 } },
    additionalProperties: false,
  },
  requires: ["outputs"],
  score({ outputs, config }) {
    const words = outputs.trim().split(/\s+/).length;
    const score = Math.min(1, config.maxWords / words);
    return [
      new Feedback(words <= config.maxWords, { name: "pass", rationale: `${words} of ${config.maxWords} words` }),
      new Feedback(score, { name: "score" }),
    ];
  },
});

export const mentionsTheCustomer = scorer({
  summary: "Whether the answer calls the customer by name.",
  requires: ["inputs", "outputs"],
  score: ({ inputs, outputs }) => outputs.includes(inputs.customer),
});
