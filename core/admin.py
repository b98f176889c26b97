"""What every ModelAdmin of ours shares: scope, no deletion, and lists that stay quick."""

from functools import cached_property
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import ForeignKey, QuerySet
from django.forms import ModelChoiceField, ModelForm
from django.http import Http404, HttpRequest, HttpResponse

from core.pages import COUNTED_AT_MOST
from core.querysets import M, ScopedQuerySet, Viewer


class BoundedPaginator(Paginator[Any]):
    """Pages through the first ten thousand rows; a full count of millions takes seconds."""

    @cached_property
    def count(self) -> int:
        rows = self.object_list
        if isinstance(rows, QuerySet):
            return rows.order_by()[:COUNTED_AT_MOST].count()
        return len(rows)


class BoundedChangeList(ChangeList):
    """Says so where there are more rows than it counts and pages through."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.result_count >= COUNTED_AT_MOST:
            self.title = f"{self.title}: the first {COUNTED_AT_MOST:,}. Filter or search for others"


def seen_by(rows: "QuerySet[M]", user: Viewer) -> "QuerySet[M]":
    """The rows that this person may know of: the admin is one more door to the same scope."""
    return rows.visible_to(user) if isinstance(rows, ScopedQuerySet) else rows


class WholeRowForm(ModelForm[Any]):
    """A form that hears of every constraint of the row.

    Django's own leaves out those that name a column outside the form, such as the clock of the
    entry or the row's own id; the database then refuses the row with an error page.
    """

    def validate_unique(self) -> None:
        super().validate_unique()
        try:
            self.instance.validate_constraints(exclude=set(self.errors))
        except ValidationError as error:
            said = self.non_field_errors()
            for message in error.messages:
                if message not in said:
                    self.add_error(None, message)


class ScopedInline(admin.TabularInline[Any, Any]):
    """Rows edited inside another's page."""

    form = WholeRowForm
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return seen_by(super().get_queryset(request), request.user)


class ScopedAdmin(admin.ModelAdmin[Any]):
    """A list and a form within the person's scope. Nothing is deleted from here."""

    form = WholeRowForm
    paginator = BoundedPaginator
    show_full_result_count = False
    list_per_page = 50

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return seen_by(super().get_queryset(request), request.user)

    def formfield_for_foreignkey(
        self, db_field: "ForeignKey[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField[Any] | None:
        """Choices, and what a posted id may name, are scoped as well."""
        rows = db_field.remote_field.model._default_manager.get_queryset()
        kwargs.setdefault("queryset", seen_by(rows, request.user))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def _get_obj_does_not_exist_redirect(self, *_: Any) -> HttpResponse:
        """Not there, as on every page of ours; Django would lead on, and the log hear nothing."""
        raise Http404

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return BoundedChangeList

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyAdmin(ScopedAdmin):
    """Rows that only the product itself writes."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
