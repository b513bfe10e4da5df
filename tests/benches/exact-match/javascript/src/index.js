import { scorer } from "scorebox";

export const exactMatch = scorer({
  summary: "Whether the output is exactly the expected response.",
  requires: ["outputs", "expectations"],
  returns: "boolean",
  score: ({ outputs, expectations }) => outputs === expectations.expected_response,
});
