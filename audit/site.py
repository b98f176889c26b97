"""The admin as one more door: whatever page of it shows rows leaves a row in the log."""

import json
from functools import wraps
from typing import Any

from django.apps import apps
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse

from audit.record import consulted, listed


class LoggedSite(AdminSite):
    """Every view of the admin passes `admin_view`, so no ModelAdmin can forget the log."""

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """403 at the page itself for whoever is signed in and may not; others sign in first."""

        @wraps(view)
        def logged(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            response: HttpResponse = view(request, *args, **kwargs)
            if response.status_code == 200:
                _log(request, response)
            return response

        inner = super().admin_view(logged, cacheable)

        @wraps(inner)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.user.is_authenticated and not self.has_permission(request):
                raise PermissionDenied
            response: HttpResponse = inner(request, *args, **kwargs)
            return response

        return checked


def _log(request: HttpRequest, response: HttpResponse) -> None:
    """A list with what narrows it, a record or its history, or what a box suggests."""
    if isinstance(response, JsonResponse) and "field_name" in request.GET:
        source = apps.get_model(request.GET["app_label"], request.GET["model_name"])
        of: Any = source._meta.get_field(request.GET["field_name"]).remote_field
        found = json.loads(response.content)["results"]
        listed(request, of.model, len(found), {"q": request.GET.get("term", "")})
    context = getattr(response, "context_data", None)
    if not isinstance(response, TemplateResponse) or context is None:
        return
    if rows := context.get("cl"):
        listed(request, rows.model, len(rows.result_list), request.GET.dict())
    elif record := context.get("original") or context.get("object"):
        consulted(request, record)
