//! Judges: scorers that ask a model.
//!
//! A judge puts one question about a row or a conversation, with the material fenced as data (`prompt`), gets a
//! rationale and then a result in a strict form (`reply`), and answers with feedback. A reply of another form is an
//! error of the row, never a score. Which model answers, and what that may cost, is the host's business.

mod agent;
#[cfg(test)]
mod all_judges;
mod ask;
mod conversation;
mod expected_calls;
mod judges;
mod material;
mod prompt;
mod reduce;
mod reply;
mod result_kind;
mod retrieval;
mod settings;
mod template;
#[cfg(test)]
mod testing;
mod tools;
mod trace_tools;

scorebox_sdk::plugin! {
    scorers: [
        judges::correctness::correctness,
        judges::quality::completeness,
        judges::quality::relevance_to_query,
        judges::quality::safety,
        judges::quality::fluency,
        judges::quality::summarization,
        judges::guidelines::guidelines,
        judges::guidelines::expectations_guidelines,
        judges::equivalence::equivalence,
        judges::retrieval_relevance::retrieval_relevance,
        judges::retrieval::retrieval_sufficiency,
        judges::retrieval::retrieval_groundedness,
        judges::tool_call_correctness::tool_call_correctness,
        judges::tool_call_efficiency::tool_call_efficiency,
        judges::conversations::conversation_completeness,
        judges::conversations::conversational_safety,
        judges::conversations::conversational_guidelines,
        judges::conversations::conversational_role_adherence,
        judges::conversations::conversational_tool_call_efficiency,
        judges::conversations::knowledge_retention,
        judges::conversations::user_frustration,
        judges::custom::llm_judge,
        judges::custom::conversation_judge,
        judges::rubric::rubric,
        judges::pairwise::pairwise,
        judges::jury::jury,
    ],
}
