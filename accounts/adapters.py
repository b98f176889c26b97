"""How allauth, which signs people in, is fitted to the house: who may, in which words."""

import base64
from hashlib import sha256
from typing import Any

import qrcode
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.contrib.auth.signals import user_login_failed
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse
from qrcode.image.svg import SvgPathImage

from accounts import second_factor
from accounts.models import User

TOO_OFTEN = "There were too many wrong attempts. Wait 5 minutes, then try again"


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": "Check your username and password, and enter them again",
        "too_many_login_attempts": TOO_OFTEN,
        "rate_limited": TOO_OFTEN,
        "incorrect_password": "Check your password, and enter it again",
        "enter_current_password": "Check your current password, and enter it again",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Administrators let people in, or the force's identity provider does."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """An attempt past the limit is a failed one too, for whoever listens."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            name = {"username": credentials.get("username", "")}
            user_login_failed.send(sender=__name__, credentials=name, request=request)
            raise

    def set_password(self, user: User, password: str) -> None:
        """A password that its owner chose, so it no longer runs out."""
        user.initial_password_until = None
        super().set_password(user, password)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("mfa_index")

    def is_reauthentication_required(self, *, app: str) -> bool:
        """Signing in is as good a proof as giving the password once more."""
        return not second_factor.proved_recently(context.request)

    def get_reauthentication_methods(self, user: User) -> list[dict[str, Any]]:
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        words = {
            "reauthenticate": "Use your password",
            "mfa_reauthenticate": "Use a code",
            "mfa_reauthenticate:webauthn": "Use a passkey",
        }
        methods = [method | {"description": words[method["id"]]} for method in methods]
        if not methods and SocialAccount.objects.filter(user_id=user.pk).exists():
            address = reverse("accounts:prove_at_provider")
            methods = [{"id": "provider", "description": settings.OIDC_NAME, "url": address}]
        return methods


class SecondFactorAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "Check the code, and enter it again. Each code works once",
        "cannot_delete_authenticator": "This is your only second step. Set up another one first",
    }

    def _get_user_identifier(self, user: User) -> str:
        return user.username

    def build_totp_svg(self, url: str) -> str:
        """Part of the page itself, since our policy takes no picture from within an address."""
        image = qrcode.make(url, image_factory=SvgPathImage)
        return str(image.to_string(encoding="unicode"))

    def encrypt(self, text: str) -> str:
        """So that a copy of the database alone makes no codes."""
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _cipher().decrypt(encrypted_text).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        return not second_factor.is_last(authenticator)

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        taken = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return f"Passkey {taken + 1}"


def _cipher() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = [sha256(b"accounts.second-factor:" + key.encode()).digest() for key in keys]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])
