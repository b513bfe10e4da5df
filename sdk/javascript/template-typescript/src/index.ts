import { Feedback, MissingField, number, scorer } from "scorebox";

/** Its name is that of the constant, in snake_case: `mentions_facts`. */
export const mentionsFacts = scorer({
  summary: "How many of the expected facts the answer mentions, from 0 to 1.",
  config: {
    type: "object",
    properties: {
      ignore_case: { type: "boolean", default: true, description: "Whether upper and lower case are the same." },
    },
    additionalProperties: false,
  },
  requires: ["outputs", "expectations"],
  returns: "number",
  score({ example, expectations, config }) {
    const facts: unknown = expectations.expected_facts;
    if (!Array.isArray(facts) || facts.length === 0) throw new MissingField("expectations.expected_facts");
    const fold = (text: unknown) => (config.ignore_case ? String(text).toLowerCase() : String(text));
    const answer = fold(example.outputsText());
    const missing = facts.filter((fact) => !answer.includes(fold(fact)));
    const share = (facts.length - missing.length) / facts.length;
    return new Feedback(number(share), {
      rationale: missing.length === 0 ? "all facts are mentioned" : `not mentioned: ${missing.join(", ")}`,
      metadata: { missing },
    });
  },
});
