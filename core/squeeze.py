"""Compression of a page whose largest part is kept: that part was compressed when it was made."""

import secrets
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from struct import pack

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

MOST_NOISE = 100
BEGINNING = 100
"""So many bytes of a part are sought; where they stand, the rest is compared."""


@dataclass(frozen=True)
class Squeezed:
    """Some of a page, and the same as a stretch of a compressed stream that needs none before."""

    plain: bytes
    small: bytes

    @classmethod
    def of(cls, text: str) -> "Squeezed":
        plain = text.encode()
        return cls(plain, _deflated(plain, zlib.Z_FULL_FLUSH))


class SqueezeMiddleware:
    """Stands within Django's, which leaves alone what is compressed already.

    A response with `squeezed` set is compressed round it; as Django does, a little noise of random
    length hides how well the rest was compressed.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        part: Squeezed | None = getattr(response, "squeezed", None)
        if part is None or "gzip" not in request.headers.get("Accept-Encoding", ""):
            return response
        whole = response.content
        # By its beginning: to search for all of it takes thirty times as long.
        start = whole.find(part.plain[:BEGINNING])
        end = start + len(part.plain)
        if start >= 0 and whole[start:end] == part.plain:
            noise = b"a" * (1 + secrets.randbelow(MOST_NOISE))
            response.content = b"".join(
                [
                    # A gzip stream whose file has a name (RFC 1952).
                    b"\x1f\x8b\x08\x08\0\0\0\0\0\xff" + noise + b"\0",
                    _deflated(whole[:start], zlib.Z_FULL_FLUSH),
                    part.small,
                    _deflated(whole[end:], zlib.Z_FINISH),
                    pack("<II", zlib.crc32(whole), len(whole)),
                ]
            )
            response["Content-Encoding"] = "gzip"
            response["Content-Length"] = str(len(response.content))
            patch_vary_headers(response, ["Accept-Encoding"])
        return response


def _deflated(data: bytes, end: int) -> bytes:
    stream = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return stream.compress(data) + stream.flush(end)
