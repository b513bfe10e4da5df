"""Models, HTTP, spans and messages in native tests."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final, Literal

import pytest

from scorebox import Feedback, http, judge, llm, log, predictor, scorer, testing, tracing
from scorebox.errors import Failed


def test_without_an_answer_everything_is_denied() -> None:
    with pytest.raises(llm.Denied, match="^model: denied: "):
        llm.complete("judge", "hello")
    with pytest.raises(http.Denied, match="^http: denied: GET https://a.example/x: "):
        http.get("https://a.example/x?key=1")


def test_a_judge_gives_a_typed_verdict() -> None:
    def answer(request: llm.Request) -> str:
        assert request.response_schema is not None
        assert request.response_schema["properties"]["value"] == {"enum": ["good", "bad"]}
        assert [message.role for message in request.messages] == ["system", "user"]
        return '{"rationale": "It is short.", "value": "good"}'

    with testing.answer_models(answer):
        feedback = judge("Is `x` good?", returns=Literal["good", "bad"])
    assert feedback == Feedback("good", rationale="It is short.", metadata={"model": "test"})


def test_a_verdict_of_another_form_is_an_invalid_reply() -> None:
    with testing.answer_models(lambda request: '{"value": true}'), pytest.raises(llm.InvalidReply, match="rationale"):
        judge("?")


def test_several_replies_come_in_order_and_errors_among_them() -> None:
    def answer(request: llm.Request) -> str:
        if request.messages[-1].content == "b":
            raise llm.Timeout("too slow")
        return "yes"

    with testing.answer_models(answer):
        replies = llm.complete_all([llm.request("judge", text) for text in "abc"])
    assert [reply.text if isinstance(reply, llm.Reply) else str(reply) for reply in replies] == [
        "yes",
        "model: timeout: too slow",
        "yes",
    ]


_CALL: Final = llm.ToolCall("1", "look_up", "{}")
_TOOL: Final = llm.Tool("look_up", "Looks up.", {"type": "object"})


@pytest.mark.parametrize(
    "part",
    [
        llm.Message("user", "\ud800"),
        llm.Message("tool", "", tool_call_id="\ud800"),
        replace(_CALL, id="\ud800"),
        replace(_CALL, name="\ud800"),
        replace(_CALL, arguments='"\ud800"'),
        replace(_TOOL, name="\ud800"),
        replace(_TOOL, description="\ud800"),
        replace(_TOOL, parameters={"title": "\ud800"}),
    ],
)
def test_a_lone_surrogate_is_never_sent_to_a_model(part: llm.Message | llm.ToolCall | llm.Tool) -> None:
    message = part if isinstance(part, llm.Message) else llm.Message("assistant", "")
    if isinstance(part, llm.ToolCall):
        message = replace(message, tool_calls=[part])
    request = llm.Request("judge", [message], tools=[part] if isinstance(part, llm.Tool) else [])
    surrogate = pytest.raises(Failed, match="^the request holds a lone surrogate, which is no Unicode text$")
    with testing.answer_models(lambda request: pytest.fail("sent")), surrogate:
        request.complete()


def test_embeddings_are_played_too() -> None:
    with testing.answer_embeddings(lambda model, texts: [[float(len(text))] for text in texts]):
        assert llm.embed("small", ["a", "bc"]).vectors == [[1.0], [2.0]]


def test_a_json_body_says_what_it_is() -> None:
    sent = []

    def answer(request: http.Request) -> http.Response:
        sent.append(request)
        return http.Response(200, b'{"answer": 2}', [("Content-Type", "application/json")])

    with testing.answer_http(answer):
        response = http.post("https://a.example/chat", json={"question": 1}, headers={"x-a": "b"})
    assert response.json() == {"answer": 2}
    assert response.header("content-type") == "application/json"
    assert sent[0].json() == {"question": 1}
    assert sent[0].headers == [("x-a", "b"), ("content-type", "application/json")]


@pytest.mark.parametrize("url", ["a.example/x", "ftp://a.example", "https://", "https://u:p@a.example", "https://a b"])
def test_a_url_that_is_none_is_never_sent(url: str) -> None:
    with testing.answer_http(lambda request: pytest.fail("sent")), pytest.raises(http.InvalidRequest) as error:
        http.get(url)
    assert "u:p" not in str(error.value)


@pytest.mark.parametrize(
    "request_",
    [
        http.Request("GET", "https://a.example/\ud800"),
        http.Request("GET", "https://a\udfff.example/"),
        http.Request("GET", "https://a.example/", [("x-\ud800", "1")]),
        http.Request("GET", "https://a.example/", [("x-a", "\ud800")]),
    ],
)
def test_a_request_with_a_lone_surrogate_is_never_sent(request_: http.Request) -> None:
    surrogate = pytest.raises(http.InvalidRequest, match="^http: invalid request: the .* holds a lone surrogate")
    with testing.answer_http(lambda request: pytest.fail("sent")), surrogate:
        http.send(request_)


def _redirecting(*answers: tuple[int, str]) -> tuple[list[http.Request], Any]:
    sent: list[http.Request] = []

    def answer(request: http.Request) -> http.Response:
        sent.append(request)
        if len(sent) > len(answers):
            return http.Response(200, b"here")
        status, location = answers[len(sent) - 1]
        return http.Response(status, headers=[("Location", location)])

    return sent, answer


def test_redirects_are_followed_when_asked_for() -> None:
    sent, answer = _redirecting((302, "../z"), (307, "https://b.example/w"))
    headers = {"Authorization": "Bearer 1", "X-A": "1"}
    with testing.answer_http(answer):
        response = http.post("https://a.example/x/y", json=1, headers=headers, follow_redirects=2)
    assert response.text() == "here"
    assert [(request.method, request.url) for request in sent[1:]] == [
        ("GET", "https://a.example/z"),
        ("GET", "https://b.example/w"),
    ]
    assert [name for name, _ in sent[1].headers] == ["Authorization", "X-A"]
    assert [name for name, _ in sent[2].headers] == ["X-A"]


def test_a_redirect_is_a_response_or_one_too_many() -> None:
    _, answer = _redirecting((302, "/a"), (302, "/b"))
    with testing.answer_http(answer):
        assert http.get("https://a.example/").status == 302
    _, answer = _redirecting((302, "/a"), (302, "/b"))
    with testing.answer_http(answer), pytest.raises(http.TooManyRedirects) as error:
        http.get("https://a.example/", follow_redirects=1)
    expected = "http: too many redirects: GET https://a.example/a: gave up after 1, the last of which leads to `/b`"
    assert str(error.value) == expected


def test_spans_and_messages_are_recorded() -> None:
    with testing.recording() as recorded:
        with tracing.span("outer", "CHAIN", inputs={"q": 1}) as outer:
            with pytest.raises(ValueError, match="no"), tracing.span("inner", "TOOL"):
                raise ValueError("no")
            outer.set_attribute("gen_ai.request.model", "m")
            outer.set_outputs([1])
        log.warn("careful")
    outer_span, inner = recorded.spans
    assert (outer_span.inputs, outer_span.outputs, outer_span.error) == ({"q": 1}, [1], None)
    assert outer_span.attributes == {"gen_ai.request.model": "m"}
    assert (inner.parent_id, inner.error, inner.is_open) == (outer_span.id, "ValueError: no", False)
    assert recorded.messages == [("warn", "careful")]


def test_a_predict_function_answers_json() -> None:
    @predictor
    def answer(inputs: dict[str, Any], config: dict[str, Any]) -> dict[str, Any]:
        """Answers."""
        return {"question": inputs["question"], **config}

    assert testing.predict(answer, {"question": "?"}, {"a": 1}) == {"question": "?", "a": 1}
    assert (answer.name, answer.summary, answer.config.schema) == ("answer", "Answers.", {"type": "object"})


def test_an_exception_is_a_failure_with_the_authors_frames() -> None:
    from scorebox._traceback import as_plugin_error

    @scorer
    def s(outputs: int) -> float:
        return 1 / outputs

    try:
        testing.score(s, {"outputs": 0})
    except ZeroDivisionError as exception:
        text = as_plugin_error(exception).text
    assert text.startswith("ZeroDivisionError: division by zero\nTraceback (most recent call last):\n")
    assert "in s\n    return 1 / outputs" in text
    assert "_scorer.py" not in text
