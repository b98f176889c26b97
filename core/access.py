"""The door of a page: who is signed in and may do this."""

from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

P = ParamSpec("P")
R = TypeVar("R", bound=HttpResponseBase)


class Member(Protocol):
    """Someone signed in, who may do some things."""

    def may(self, permission: StrEnum, /) -> bool: ...


class MemberRequest(Protocol):
    """A request that has passed `requires`."""

    @property
    def user(self) -> Member: ...


Q = TypeVar("Q", bound=MemberRequest)


def requires(
    permission: StrEnum,
) -> Callable[[Callable[Concatenate[Q, P], R]], Callable[Concatenate[HttpRequest, P], R]]:
    """Sends the anonymous to sign in, and answers 403 to whoever lacks the permission."""

    def decorate(view: Callable[Concatenate[Q, P], R]) -> Callable[Concatenate[HttpRequest, P], R]:
        @login_required
        @wraps(view)
        def checked(request: Q, /, *args: P.args, **kwargs: P.kwargs) -> R:
            if not request.user.may(permission):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return checked  # type: ignore[return-value]

    return decorate
