"""Signing in at the force's own identity provider, by OpenID Connect.

The provider says who it is by a claim, and may say their role, their boroughs and whether they
showed a second factor there. What it may say is a matter of settings alone (README.md).
"""

from collections.abc import Mapping
from typing import Any

from allauth.account.signals import user_logged_in
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.base import AuthError, AuthProcess
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest
from django.shortcuts import render

from accounts import second_factor
from accounts.models import User
from audit.record import sign_in_refused
from campaigns.models import Borough

WHOLE_FORCE = "whole-force"
"""Stands among the boroughs of a claim for all of them."""


class Refused(Exception):
    """What a provider says of somebody does not let them in; says why, for the log."""


class IdentityProviderAdapter(DefaultSocialAccountAdapter):
    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Finds or makes the person, and gives them what the provider says is theirs."""
        claims = claims_of(sociallogin)
        try:
            if sociallogin.state.get("process") != AuthProcess.LOGIN:
                # Nobody ties an account there to one here of another name.
                raise Refused("asked for something else than signing in")
            with transaction.atomic():
                user = sociallogin.user if sociallogin.is_existing else person(claims)
                bring_up_to_date(user, claims)
                if not sociallogin.is_existing:
                    sociallogin.connect(request, user)
        except (Refused, ValidationError) as error:
            sign_in_refused(request, str(error))
            page = render(request, "accounts/not_let_in.html", status=403)
            raise ImmediateHttpResponse(page) from error

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: str | None = None, **kwargs: Any
    ) -> None:
        if error != AuthError.CANCELLED:
            sign_in_refused(request, "the identity provider's answer was not right")


def claims_of(sociallogin: SocialLogin) -> dict[str, Any]:
    """What the provider said: the token, which is addressed to us, before the rest."""
    said = sociallogin.account.extra_data
    return {**said.get("userinfo", {}), **said.get("id_token", {})}


def person(claims: Mapping[str, Any]) -> User:
    """Whom the claims name; made, if nobody is and settings let the provider bring people in."""
    username = str(claims.get(settings.OIDC_USERNAME_CLAIM, "")).strip()
    if not username:
        raise Refused("no username in the claims")
    known = User.objects.filter(username=username).first()
    if known is not None:
        return known
    if not settings.OIDC_CREATE:
        raise Refused("nobody of that name is known here")
    return User.objects.create_user(
        username,
        name=str(claims.get("name", "")) or username,
        email=str(claims.get("email", "")),
        role=role(claims),
    )


def bring_up_to_date(user: User, claims: Mapping[str, Any]) -> None:
    """Role and boroughs as the provider has them, where it is asked for them."""
    if settings.OIDC_ROLE_CLAIM and user.role != (said := role(claims)):
        user.role = said
        user.save(update_fields=["role"])
    if settings.OIDC_BOROUGHS_CLAIM:
        slugs = set(_listed(claims.get(settings.OIDC_BOROUGHS_CLAIM)))
        if user.whole_force != (WHOLE_FORCE in slugs):
            user.whole_force = not user.whole_force
            user.save(update_fields=["whole_force"])
        boroughs = Borough.objects.filter(slug__in=slugs)
        if unknown := slugs - {WHOLE_FORCE} - {borough.slug for borough in boroughs}:
            raise Refused(f"unknown boroughs: {', '.join(sorted(unknown))}")
        user.boroughs.set(boroughs)


def role(claims: Mapping[str, Any]) -> str:
    """The one role that the claim's values stand for."""
    values = _listed(claims.get(settings.OIDC_ROLE_CLAIM))
    roles = {settings.OIDC_ROLES.get(value) for value in values} & set(User.Role.values)
    if len(roles) != 1:
        raise Refused(f"{len(roles) or 'no'} roles in the claims")
    return str(roles.pop())


def showed_second_factor(claims: Mapping[str, Any]) -> bool:
    """Whether each claim that settings name, such as amr, holds the value they want."""
    wanted = settings.OIDC_SECOND_FACTOR
    return bool(wanted) and all(
        value in _listed(claims.get(claim)) for claim, value in wanted.items()
    )


def _listed(value: Any) -> list[str]:
    """A claim of one value or of several."""
    if value is None:
        return []
    return [str(one) for one in (value if isinstance(value, list) else [value])]


@receiver(user_logged_in)
def trust_its_second_factor(
    request: HttpRequest, user: User, sociallogin: SocialLogin | None = None, **_: Any
) -> None:
    if sociallogin is not None and showed_second_factor(claims_of(sociallogin)):
        second_factor.record(request, user, "identity_provider")
