"""Signing in by name and password; permissions come from the role, so no group is asked."""

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import make_password
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Func
from django.http import HttpRequest

from accounts.models import User

BOROUGHS = Func(
    "pk",
    template="ARRAY(SELECT borough_id FROM accounts_user_boroughs WHERE user_id = %(expressions)s)",
    output_field=ArrayField(models.BigIntegerField()),
)
"""The boroughs of a person's work, which nearly every page asks for, with the person.

In SQL, since this is asked with each request, and a subquery of the ORM takes longer to write than
a second question does.
"""


class PasswordBackend(BaseBackend):
    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        if username is None or password is None:
            return None
        user = User.objects.filter(username=username.strip()).first()
        if user is None:
            # The same work for an unknown name, so that timing does not tell it from a known one.
            make_password(password)
            return None
        return user if user.check_password(password) and user.is_active else None

    def get_user(self, user_id: int) -> User | None:
        people = User.objects.filter(pk=user_id, is_active=True)
        return people.annotate(borough_ids=BOROUGHS).order_by().first()
