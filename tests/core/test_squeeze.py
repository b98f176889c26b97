"""A page compressed round a part that was compressed before is the page."""

import gzip

from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from core.squeeze import Squeezed, SqueezeMiddleware

texts = st.text(max_size=200)


def answer(whole: str, part: str, accepts: str) -> HttpResponse:
    def view(_request: HttpRequest) -> HttpResponse:
        response = HttpResponse(whole)
        response.squeezed = Squeezed.of(part)  # type: ignore[attr-defined]
        return response

    return SqueezeMiddleware(view)(RequestFactory().get("/", headers={"accept-encoding": accepts}))


@given(before=texts, part=st.text(min_size=1, max_size=200), after=texts)
def test_it_reads_as_the_whole(before: str, part: str, after: str) -> None:
    whole = before + part * 3 + after
    sent = answer(whole, part * 3, "gzip, br")
    assert gzip.decompress(sent.content).decode() == whole
    assert (sent["Content-Encoding"], sent["Vary"]) == ("gzip", "Accept-Encoding")
    assert int(sent["Content-Length"]) == len(sent.content)


def test_whoever_takes_no_gzip_or_has_another_page_gets_it_plain() -> None:
    part = "x" * 100 + "y"
    twice_begun = "x" * 100 + part
    for whole, sought, accepts in (
        (part, part, "br"),
        ("other", part, "gzip"),
        (twice_begun, part, "gzip"),
    ):
        sent = answer(whole, sought, accepts)
        assert sent.content == whole.encode()
        assert "Content-Encoding" not in sent
