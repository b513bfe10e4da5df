"""Asks the function that a test has set."""

from __future__ import annotations

from collections.abc import Sequence

from scorebox import llm
from scorebox._native import state

_NO_HOST = "there is no host outside the sandbox; tests set `scorebox.testing.answer_models`"


def complete(request: llm.Request) -> llm.Reply:
    """Asks once."""
    model = state.model.get()
    if model is None:
        raise llm.Denied(_NO_HOST)
    reply = model(request)
    return llm.Reply(reply) if isinstance(reply, str) else reply


def complete_all(requests: Sequence[llm.Request]) -> list[llm.Reply | llm.ModelError]:
    """Asks one after the other."""
    replies: list[llm.Reply | llm.ModelError] = []
    for request in requests:
        try:
            replies.append(complete(request))
        except llm.ModelError as error:
            replies.append(error)
    return replies


def embed(model: str, texts: Sequence[str]) -> llm.Embeddings:
    """Embeds texts."""
    embedder = state.embedder.get()
    if embedder is None:
        raise llm.Denied(_NO_HOST)
    reply = embedder(model, list(texts))
    return reply if isinstance(reply, llm.Embeddings) else llm.Embeddings(reply)
