"""Limits on what anybody may try without signing in, counted in the cache that processes share.

allauth's own limits count no GET, and hold a thread while another counts; these add one at a time.
"""

import time
from dataclasses import dataclass
from hashlib import sha256
from ipaddress import IPv6Address, ip_address, ip_network

from django.core.cache import cache
from django.http import HttpRequest


@dataclass(frozen=True)
class Limit:
    """How often something may be done in each stretch of so many seconds, for each key."""

    name: str
    most: int
    seconds: int

    def spent(self, key: str = "") -> bool:
        """Whether no more is allowed; this look itself is not counted."""
        return int(cache.get(self._place(key), 0)) >= self.most

    def take(self, key: str = "") -> bool:
        """Counts one, and says whether it was allowed."""
        place = self._place(key)
        cache.add(place, 0, timeout=2 * self.seconds)
        return bool(cache.incr(place) <= self.most)

    def _place(self, key: str) -> str:
        stretch = int(time.time()) // self.seconds
        return f"limit:{self.name}:{stretch}:{sha256(key.encode()).hexdigest()}"


@dataclass(frozen=True)
class Guarded:
    """What opens by a secret in an address: how often it is asked for, and how often wrongly."""

    asked_here: Limit
    wrong_here: Limit
    wrong: Limit

    def lets_in(self, request: HttpRequest) -> bool:
        """Whether to look at all at what this request brings; it is the same for a right one."""
        here = network_of(request)
        if not self.asked_here.take(here):
            return False
        return not (self.wrong_here.spent(here) or self.wrong.spent())

    def was_wrong(self, request: HttpRequest) -> None:
        self.wrong_here.take(network_of(request))
        self.wrong.take()


def guarded(name: str, *, asked: int, wrong_here: int, wrong: int) -> Guarded:
    """With so many times in 5 minutes: asked for by one network, wrongly by it, wrongly by all."""
    return Guarded(
        Limit(f"{name}-asked", asked, 300),
        Limit(f"{name}-wrong-here", wrong_here, 300),
        Limit(f"{name}-wrong", wrong, 300),
    )


def network_of(request: HttpRequest) -> str:
    """Whose address asks; of version 6, the network of 64 bits that one customer has."""
    address = str(request.META.get("REMOTE_ADDR", ""))
    try:
        known = ip_address(address)
    except ValueError:
        return address
    if isinstance(known, IPv6Address):
        return str(ip_network(f"{known}/64", strict=False))
    return address
