"""What a form sends."""

from uuid import UUID

from django.http import HttpRequest, QueryDict


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form is given: nothing until it is sent, also where it has no field to send."""
    return request.POST if request.method == "POST" else None


def token_of(text: str) -> UUID | None:
    """The token by which a form is saved once; none where it was lost on the way."""
    try:
        return UUID(text)
    except ValueError:
        return None
