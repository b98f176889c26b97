"""Signing in, with messages that say what to do."""

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError


class SignInForm(AuthenticationForm):
    error_messages = {
        **AuthenticationForm.error_messages,
        "invalid_login": "Check your username and password, and enter them again",
    }
    username = forms.CharField(error_messages={"required": "Enter your username"})
    password = forms.CharField(strip=False, error_messages={"required": "Enter your password"})

    def get_invalid_login_error(self) -> ValidationError:
        """One answer for a wrong name and a wrong password, given at a field that can be fixed."""
        return ValidationError({"username": self.error_messages["invalid_login"]})
