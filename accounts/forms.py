"""The forms of signing in: allauth's, in the manner of the product's own; and what is one's own."""

import textwrap
from typing import Any

from allauth.account import forms as account
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa.adapter import get_adapter
from allauth.mfa.app_settings import TOTP_PERIOD
from allauth.mfa.base import forms as second_step
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.models import SavedFilter, User
from core.forms import PageFormMixin, PageModelForm


class _SignInForm(PageFormMixin):
    """Our look on a form of allauth's, which puts a hint inside its boxes."""

    WORDS: dict[str, tuple[str, str, str]] = {}
    """Label, hint and what to say of an empty box, by field."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, (label, hint, empty) in self.WORDS.items():
            field = self.fields[name]
            field.label, field.help_text = label, hint
            field.error_messages["required"] = empty
            field.widget.attrs.pop("placeholder", None)
            field.widget.attrs |= {
                "class": "govuk-input--width-20",
                "autocapitalize": "none",
                "spellcheck": "false",
            }


class SignInForm(_SignInForm, account.LoginForm):
    WORDS = {
        "login": ("Username", "", "Enter your username"),
        "password": ("Password", "", "Enter your password"),
    }

    def clean(self) -> Any:
        """One answer for a wrong name and a wrong password, given at a field that can be fixed."""
        try:
            cleaned = super().clean()
            until = self.user.initial_password_until if self.user else None
            if until and until < timezone.now():
                raise ValidationError(
                    "Your initial password has run out. Ask an administrator for a new one"
                )
        except ValidationError as error:
            self.add_error("login", error)
            return self.cleaned_data
        return cleaned


class ChangePasswordForm(_SignInForm, account.ChangePasswordForm):
    WORDS = {
        "oldpassword": ("Current password", "", "Enter your current password"),
        "password1": (
            "New password",
            "At least 12 characters. Three random words are easy to remember and hard to guess."
            " You can paste it from a password manager.",
            "Enter a new password",
        ),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The box can show what is in it, so nothing needs typing twice.
        del self.fields["password2"]

    def clean_password1(self) -> str:
        new: str = self.cleaned_data["password1"]
        if new == self.cleaned_data.get("oldpassword"):
            raise ValidationError("The new password must differ from the current one")
        return new


class ReauthenticateForm(_SignInForm, account.ReauthenticateForm):
    WORDS = {"password": ("Password", "", "Enter your password")}


CODE = ("Code", "6 digits from your authenticator app, or 8 from your recovery codes.")


class _CodeOfApp(_SignInForm):
    """Takes each code of an app once, for as long as a clock's tolerance would let it pass again.

    allauth itself remembers a code for half a minute only.
    """

    user: Any

    def clean_code(self) -> str:
        code: str = super().clean_code()  # type: ignore[misc]
        used = f"second-step:{self.user.pk}:{normalize_user_code(code)}"
        steps = 2 * settings.MFA_TOTP_TOLERANCE + 1
        if not cache.add(used, "used", timeout=steps * TOTP_PERIOD):
            raise get_adapter().validation_error("incorrect_code")
        return code


class CodeForm(_CodeOfApp, second_step.AuthenticateForm):
    """The second step of signing in."""

    WORDS = {"code": (*CODE, "Enter a code")}


class ReauthenticateByCodeForm(_CodeOfApp, second_step.ReauthenticateForm):
    """A code in place of the password, before a step that asks again."""

    WORDS = {"code": (*CODE, "Enter a code")}


class AppForm(_CodeOfApp, ActivateTOTPForm):
    WORDS = {"code": ("Code from the app", "6 digits.", "Enter the code that the app shows")}

    @property
    def secret_in_fours(self) -> str:
        """As a person types it into an app that cannot see the picture."""
        return " ".join(textwrap.wrap(self.secret, 4))


class PasskeyForm(_SignInForm, AddWebAuthnForm):
    """A passkey of the full kind, which signs in by itself."""

    WORDS = {
        "name": (
            "Name of the passkey",
            "So that you know it again, such as Work phone.",
            "Enter a name",
        )
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].required = True
        self.fields["credential"].error_messages["required"] = (
            "Your browser made no passkey. Try again, or set up an app instead"
        )
        # Every passkey here is; allauth would ask.
        del self.fields["passwordless"]

    def clean(self) -> Any:
        cleaned = super().clean()
        if "name" in self.errors:
            # The browser makes the passkey once there is a name.
            self.errors.pop("credential", None)
        return cleaned


class MorningEmailForm(PageModelForm):
    SPOKEN = {"morning_email": "whether you want the morning email"}

    morning_email = forms.TypedChoiceField(
        label="Do you want the morning email?",
        help_text="It comes at 7am on each day of a campaign, and on the day after. It has the "
        "headline figures of your boroughs, and no case.",
        choices=[("True", "Yes"), ("False", "No")],
        coerce="True".__eq__,
        widget=forms.RadioSelect,
    )

    class Meta:
        model = User
        fields = ["morning_email"]


class SaveFilterForm(PageModelForm):
    class Meta:
        model = SavedFilter
        fields = ("name", "shared")
        labels = {"name": "Name of the filter", "shared": "My team may use it"}
