from typing import Any

from allauth.mfa.models import Authenticator
from django import forms
from django.apps import apps
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator

from accounts.actions import end_sessions, give_initial_password, sessions_of
from accounts.models import User
from accounts.reauthentication import recently
from audit.record import sign_in_changed

# What people may do follows from their role alone; their second steps, sessions and accounts
# elsewhere are nobody's to read or edit row by row.
for model in (
    model
    for label in ("auth", "account", "mfa", "usersessions", "socialaccount")
    for model in apps.get_app_config(label).get_models()
):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


class PersonForm(forms.ModelForm[User]):
    """A new person has no password until an administrator gives them an initial one."""

    def save(self, commit: bool = True) -> User:
        if self.instance.pk is None:
            self.instance.set_unusable_password()
        return super().save(commit)


@admin.register(User)
class UserAdmin(admin.ModelAdmin[User]):
    form = PersonForm
    list_display = ["name", "username", "role", "team", "whole_force", "is_active"]
    list_filter = ["role", "is_active", "whole_force", "boroughs"]
    list_select_related = ["team"]
    search_fields = ["name", "username"]
    ordering = ["name"]
    filter_horizontal = ["boroughs"]
    readonly_fields = ["last_login", "joined_at", "initial_password_until"]
    fieldsets = [
        (None, {"fields": ["username", "name", "email"]}),
        ("Work", {"fields": ["role", "team", "whole_force", "boroughs", "is_active"]}),
        ("Dates", {"fields": ["joined_at", "last_login", "initial_password_until"]}),
    ]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """People leave by losing "may sign in": what they did keeps their name."""
        return False

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(self.sign_in_page)
        return [path("<int:pk>/sign-in/", page, name="accounts_user_sign_in"), *super().get_urls()]

    def response_add(
        self, request: HttpRequest, obj: User, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Goes on to the page where the person is given an initial password."""
        messages.success(request, f"{obj} was added. Give them an initial password.")
        return redirect("admin:accounts_user_sign_in", obj.pk)

    @method_decorator(recently)
    def sign_in_page(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Ends the person's sessions, or gives them an initial password, shown this once."""
        person = get_object_or_404(User, pk=pk)
        if not self.has_change_permission(request, person):
            raise PermissionDenied
        password = ""
        if request.method == "POST" and "end" in request.POST:
            ended = end_sessions(person)
            sign_in_changed(request, person, "sessions ended", number=ended)
            messages.success(request, f"Sessions ended: {ended}")
            return redirect(reverse("admin:accounts_user_sign_in", args=[pk]))
        if request.method == "POST":
            keep = "lost" not in request.POST
            password = give_initial_password(person, keep_second_step=keep)
            what = "initial password given" if keep else "initial password given, second steps gone"
            sign_in_changed(request, person, what)
        context = {
            **self.admin_site.each_context(request),
            "title": f"How {person} signs in",
            "opts": self.opts,
            "original": person,
            "person": person,
            "password": password,
            "sessions": len(sessions_of(person)),
            "second_steps": Authenticator.objects.filter(user=person).exclude(
                type=Authenticator.Type.RECOVERY_CODES
            ),
        }
        return TemplateResponse(request, "admin/accounts/user/sign_in.html", context)
