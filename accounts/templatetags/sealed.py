"""Django's `csrf_token` for every template, the admin's too: it says whose form this is as well."""

from django import template
from django.template.base import Parser, Token
from django.template.context import Context
from django.template.defaulttags import CsrfTokenNode
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.kept import SEAL, seal_of

register = template.Library()


class SealedNode(CsrfTokenNode):
    def render(self, context: Context) -> SafeString:
        field = SafeString(super().render(context))
        user = getattr(context.get("request"), "user", None)
        if user is None or not user.is_authenticated:
            return field
        sealed = '{}<input type="hidden" name="{}" value="{}">'
        return format_html(sealed, field, SEAL, seal_of(user))


@register.tag
def csrf_token(_parser: Parser, _token: Token) -> SealedNode:
    return SealedNode()
