from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST
from kombu.exceptions import OperationalError

from core.admin import ReadOnlyAdmin
from summaries.actions import is_running
from summaries.measures import MEASURES, Slice
from summaries.models import (
    BoroughReturn,
    ChangedDay,
    DailyTotal,
    MailSent,
    Restatement,
    SummaryRun,
)
from summaries.tasks import nightly


class MeasureFilter(admin.SimpleListFilter):
    """The measures of the registry: which of them the table has would be asked of every row."""

    title = parameter_name = "measure"

    def lookups(
        self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]
    ) -> list[tuple[str, str]]:
        return [(measure.slug, measure.label) for measure in MEASURES]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(measure=self.value()) if self.value() else queryset


class SliceFilter(admin.SimpleListFilter):
    """The headline and the breakdowns, listed for the same reason."""

    title = parameter_name = "slice"

    def lookups(
        self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]
    ) -> list[tuple[str, str]]:
        return [(slice_.name, slice_.name.capitalize()) for slice_ in Slice]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = Slice.__members__.get(self.value() or "")
        return queryset if chosen is None else queryset.filter(slice=chosen)


def _asked_of_the_worker(request: HttpRequest) -> tuple[int, str]:
    """Hands a run to the worker, and says in what manner and words it went."""
    try:
        nightly.delay(request.user.pk)
    except OperationalError:
        return messages.ERROR, (
            "The run was not started: the job queue does not answer. Tell whoever runs the "
            "servers, or run manage.py nightly."
        )
    return messages.SUCCESS, (
        "The run was handed to the worker. Reload this page to see how it went."
    )


@admin.register(SummaryRun)
class SummaryRunAdmin(ReadOnlyAdmin):
    list_display = [
        "started_at", "state", "counted_to", "days_filled", "cells_proved", "cells_differing",
        "asked_by",
    ]  # fmt: skip
    list_filter = ["state", "started_at"]
    search_fields = ["error"]
    list_select_related = ["asked_by"]

    def get_urls(self) -> list[URLPattern]:
        run_now = self.admin_site.admin_view(require_POST(self.run_now))
        return [path("run-now/", run_now, name="summaries_summaryrun_run_now"), *super().get_urls()]

    def run_now(self, request: HttpRequest) -> HttpResponse:
        """Asks the worker for a nightly run."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        level, words = messages.WARNING, "A run is under way already. Wait for it to finish."
        if not is_running():
            level, words = _asked_of_the_worker(request)
        self.message_user(request, words, level)
        return HttpResponseRedirect(reverse("admin:summaries_summaryrun_changelist"))


@admin.register(DailyTotal)
class DailyTotalAdmin(ReadOnlyAdmin):
    list_display = ["day", "borough", "measure", "slice", "key", "count"]
    list_filter = [SliceFilter, MeasureFilter, "day", "borough"]
    search_fields = ["measure__exact"]
    list_select_related = ["borough"]
    # As the index has them; by day alone, millions would be sorted for one page.
    ordering = ["-slice", "-day"]


@admin.register(ChangedDay)
class ChangedDayAdmin(ReadOnlyAdmin):
    list_display = ["day", "borough", "source", "cause"]
    list_filter = ["cause", "borough"]
    search_fields = ["cause__exact"]
    list_select_related = ["borough"]


@admin.register(Restatement)
class RestatementAdmin(ReadOnlyAdmin):
    list_display = ["run", "day", "borough", "measure", "slice", "key", "before", "after", "why"]
    list_filter = [SliceFilter, MeasureFilter, "day", "borough"]
    search_fields = ["measure__exact"]
    list_select_related = ["run", "borough"]


@admin.register(BoroughReturn)
class BoroughReturnAdmin(ReadOnlyAdmin):
    list_display = [
        "campaign", "borough", "first_day", "last_day", "number", "nil", "signed_by", "signed_at",
    ]  # fmt: skip
    list_filter = ["campaign", "borough", "nil"]
    search_fields = ["borough__name", "signed_by__name"]
    list_select_related = ["campaign", "borough", "signed_by"]


@admin.register(MailSent)
class MailSentAdmin(ReadOnlyAdmin):
    list_display = ["sent_at", "person", "about", "address", "covers"]
    list_filter = ["day"]
    search_fields = ["person__name", "address"]
    list_select_related = ["person"]
