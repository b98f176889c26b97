from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as PasswordAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.http import HttpRequest

from accounts.models import User


class NewUserForm(AdminUserCreationForm):
    class Meta:
        model = User
        fields = ("username", "name", "role")


class UserForm(UserChangeForm[User]):
    class Meta:
        model = User
        fields = "__all__"


# What people may do follows from their role alone.
admin.site.unregister(Group)


@admin.register(User)
class UserAdmin(PasswordAdmin[User]):  # type: ignore[type-var]  # Ours has no groups.
    form = UserForm
    add_form = NewUserForm
    list_display = ["name", "username", "role", "team", "whole_force", "is_active"]
    list_filter = ["role", "is_active", "whole_force", "boroughs"]
    list_select_related = ["team"]
    search_fields = ["name", "username"]
    ordering = ["name"]
    filter_horizontal = ["boroughs"]
    readonly_fields = ["last_login", "joined_at"]
    fieldsets = [
        (None, {"fields": ["username", "password", "name", "email"]}),
        ("Work", {"fields": ["role", "team", "whole_force", "boroughs", "is_active"]}),
        ("Dates", {"fields": ["joined_at", "last_login"]}),
    ]
    add_fieldsets = [
        (
            None,
            {"fields": ["username", "name", "role", "usable_password", "password1", "password2"]},
        ),
    ]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """People leave by losing "may sign in": what they did keeps their name."""
        return False
