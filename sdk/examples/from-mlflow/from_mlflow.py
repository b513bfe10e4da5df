"""Scorers that were written for MLflow; only the first line is another."""

from scorebox import Feedback, scorer


@scorer
def cites_the_right_documents(outputs: dict, expectations: dict) -> Feedback:
    """The share of the expected documents that the answer cites."""
    cited = {source["id"] for source in outputs["sources"]}
    wanted = set(expectations["documents"])
    missing = sorted(wanted - cited)
    return Feedback(
        value=len(wanted & cited) / len(wanted),
        rationale=f"not cited: {', '.join(missing)}" if missing else "all cited",
        metadata={"missing": missing},
    )


@scorer
def is_short(outputs: dict) -> bool:
    """Whether the answer has at most fifty words."""
    return len(outputs["answer"].split()) <= 50


@scorer
def answers_in_the_language_asked(inputs: dict, outputs: dict) -> list[Feedback]:
    """Whether the answer is in the language of the question, and how often they differ in a word."""
    marks = {"en": {"the", "is", "and"}, "de": {"der", "die", "das", "ist", "und"}}
    words = outputs["answer"].lower().split()
    hits = {language: sum(word in marks[language] for word in words) for language in marks}
    found = max(hits, key=lambda language: hits[language])
    return [
        Feedback(name="same_language", value=found == inputs["language"]),
        Feedback(name="language", value=found, rationale=f"marks found: {hits}"),
    ]
