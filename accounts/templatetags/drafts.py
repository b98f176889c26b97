"""What a form on a page holds so that it is kept while somebody types, and offered again."""

from typing import Any

from django import template
from django.template.context import Context

from accounts.kept import kept_pk
from accounts.models import KeptForm
from core.forms import PageForm

register = template.Library()


@register.inclusion_tag("accounts/_draft.html", takes_context=True)
def draft(context: Context, form: PageForm) -> dict[str, Any]:
    """Inside a form with `data-draft`: by what it is kept, and what waits of the same page.

    On a page that brings back what was typed, the form says by itself by what it is kept.
    """
    request = context["request"]
    if getattr(request, "brings_back", None):
        return {}
    token = form["token"].value() if "token" in form.fields else ""
    pk = kept_pk(request.user, request.path, str(token or ""))
    waiting = KeptForm.objects.visible_to(request.user).filter(address=request.path)
    return {"pk": pk, "waiting": [] if form.is_bound else waiting}
