"""The people who sign in to the demo, and the colleagues whose entries it shows. All invented."""

import time
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from random import Random

from allauth.mfa.app_settings import TOTP_PERIOD
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db.models import QuerySet

from accounts import second_factor
from accounts.models import User
from campaigns.models import Borough
from config.demo.places import Places
from config.demo.tables import rows
from core.days import LONDON

DEMO_PASSWORD = "orange-scarves-by-the-river"  # noqa: S105
"""Of every demo sign-in. It is public, so in production nobody can sign in with it."""
DEMO_SECRET = "ORANGE" * 4 + "SCARVES2"
"""Of every demo sign-in's authenticator app, and as public."""

JOINED_AT = datetime(2020, 9, 1, 9, tzinfo=LONDON)
COLLEAGUES_A_BOROUGH = 2
GIVEN_NAMES = (
    *("Amina", "Bartek", "Chidi", "Dervla", "Esra", "Farhan", "Gwen", "Harpreet", "Ines"),
    *("Jerome", "Kezia", "Leandro", "Mei", "Nuala", "Oluwaseun", "Priya", "Rhodri", "Shanice"),
)
FAMILY_NAMES = (
    *("Aldridge", "Bhatt", "Castellano", "Dunkerley", "Ezeudu", "Fairbrother", "Gurung"),
    *("Hargreaves", "Ismail", "Jankowski", "Kavanagh", "Lindqvist", "Mensah", "Ogden"),
)


@dataclass(frozen=True)
class SignIn:
    """A way to sign in to the demo; `who` says in a line what it is for."""

    username: str
    name: str
    role: str
    team: str
    boroughs: str
    whole_force: str
    who: str


DEMO_SIGN_INS = [SignIn(**row) for row in rows("sign_ins")]


@dataclass(frozen=True)
class People:
    """Who logs outcomes, by borough, and who signs in, by username."""

    loggers: dict[Borough, list[User]]
    sign_ins: dict[str, User]

    @property
    def colleagues(self) -> dict[Borough, list[User]]:
        """Those of the loggers who do not sign in."""
        signs_in = set(self.sign_ins.values())
        return {
            borough: [user for user in users if user not in signs_in]
            for borough, users in self.loggers.items()
        }


def load_people(rng: Random, places: Places) -> People:
    """Everyone with the boroughs of their work."""
    # Hashing is slow on purpose, so the one password is hashed once.
    password = make_password(None if settings.PRODUCTION else DEMO_PASSWORD)
    staff = [
        *((_user_of(sign_in, password, places), sign_in.boroughs) for sign_in in DEMO_SIGN_INS),
        *_colleagues(rng, places),
    ]
    User.objects.bulk_create(user for user, _ in staff)
    people = {user.username: user for user, _ in staff[: len(DEMO_SIGN_INS)]}
    if not settings.PRODUCTION:
        Authenticator.objects.bulk_create(
            second_factor.give_app(user, DEMO_SECRET) for user in people.values()
        )
    loggers: dict[Borough, list[User]] = {borough: [] for borough in places.boroughs.values()}
    posted = [(user, places.boroughs[slug]) for user, slugs in staff for slug in slugs.split()]
    User.boroughs.through.objects.bulk_create(
        User.boroughs.through(user=user, borough=borough) for user, borough in posted
    )
    for user, borough in posted:
        if user.role == User.Role.OFFICER:
            loggers[borough].append(user)
    return People(loggers, people)


def demo_people() -> "QuerySet[User]":
    """Who signs in with the demo's code: nobody in production."""
    if settings.PRODUCTION:
        return User.objects.none()
    names = [sign_in.username for sign_in in DEMO_SIGN_INS]
    return User.objects.filter(username__in=names, authenticator__type="totp")


def demo_code() -> tuple[str, int]:
    """The code of now, and for how many more seconds it is taken."""
    step, passed = divmod(int(time.time()), TOTP_PERIOD)
    code = totp.format_hotp_value(totp.hotp_value(DEMO_SECRET, step))
    return code, TOTP_PERIOD * (1 + settings.MFA_TOTP_TOLERANCE) - passed


def _user_of(sign_in: SignIn, password: str, places: Places) -> User:
    return User(
        username=sign_in.username,
        name=sign_in.name,
        email=f"{sign_in.username}@example.org",
        role=sign_in.role,
        whole_force=sign_in.whole_force == "yes",
        team=places.teams.get(sign_in.team),
        password=password,
        joined_at=JOINED_AT,
    )


def _colleagues(rng: Random, places: Places) -> list[tuple[User, str]]:
    """Two officers a borough, who cannot sign in: their entries are there to be read."""
    names = [f"{given} {family}" for given, family in product(GIVEN_NAMES, FAMILY_NAMES)]
    posts = list(product(places.boroughs.values(), range(COLLEAGUES_A_BOROUGH)))
    return [
        (
            User(
                username=f"{borough.slug}.{number + 1}",
                name=name,
                team=places.command_team.get(borough),
                password=make_password(None),
                joined_at=JOINED_AT,
            ),
            borough.slug,
        )
        for (borough, number), name in zip(posts, rng.sample(names, len(posts)), strict=True)
    ]
