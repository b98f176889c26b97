"""How a person's account and sessions read."""

import re
from dataclasses import dataclass
from functools import cached_property

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession

from accounts import second_factor
from accounts.actions import sessions_of
from accounts.models import User

BROWSERS = (
    ("Edge", r"Edg(e|A|iOS)?/"),
    ("Firefox", r"Firefox/|FxiOS/"),
    ("Chrome", r"Chrome/|CriOS/"),
    ("Safari", r"Safari/"),
)
MACHINES = (
    ("an iPhone", "iPhone"),
    ("an iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("a Mac", "Macintosh"),
    ("Linux", "Linux"),
)


class AccountPresenter:
    """A person's ways to sign in."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.ways = list(Authenticator.objects.filter(user=user).order_by("created_at"))

    @property
    def boroughs(self) -> list[str]:
        if self.user.whole_force:
            return ["The whole force"]
        return list(self.user.boroughs.values_list("name", flat=True))

    @property
    def app(self) -> Authenticator | None:
        return self._first(Authenticator.Type.TOTP)

    @property
    def passkeys(self) -> list[Authenticator]:
        return [way for way in self.ways if way.type == Authenticator.Type.WEBAUTHN]

    @cached_property
    def codes_left(self) -> int | None:
        codes = self._first(Authenticator.Type.RECOVERY_CODES)
        return len(codes.wrap().get_unused_codes()) if codes else None

    @property
    def has_one_second_step(self) -> bool:
        return sum(way.type in second_factor.FACTORS for way in self.ways) == 1

    @cached_property
    def sessions(self) -> int:
        return len(sessions_of(self.user))

    def _first(self, kind: Authenticator.Type) -> Authenticator | None:
        return next((way for way in self.ways if way.type == kind), None)


@dataclass(frozen=True)
class SessionPresenter:
    session: UserSession
    is_this: bool

    @property
    def where(self) -> str:
        """Like "Edge on Windows"."""
        return device(self.session.user_agent)


def device(user_agent: str) -> str:
    """A browser and its machine, as far as it tells them."""
    browser = next((name for name, sign in BROWSERS if re.search(sign, user_agent)), "")
    machine = next((name for name, sign in MACHINES if sign in user_agent), "")
    return f"{browser or 'A browser'}{f' on {machine}' if machine else ''}"
