"""Cases, their suspects, and who may or must not know of them."""

from typing import Any

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest

from accounts.models import User
from cases.actions.outcomes import correct_borough
from cases.admin.base import CaseLinkedAdmin
from cases.models import (
    Case,
    CaseAccess,
    Exclusion,
    Lifting,
    Reduction,
    ReductionCase,
    ReviewPeriod,
    Suspect,
)
from core.admin import ReadOnlyAdmin, ScopedAdmin, ScopedInline, WholeRowForm


class SuspectForm(WholeRowForm):
    def has_changed(self) -> bool:
        """A row added by hand is meant, even with nothing in it but the number it came with."""
        return self.instance.pk is None or super().has_changed()


class SuspectInline(ScopedInline):
    model = Suspect
    form = SuspectForm
    can_delete = False


@admin.register(Case)
class CaseAdmin(CaseLinkedAdmin):
    case = "pk"
    list_display = ["reference", "system", "borough", "team", "status", "restricted"]
    list_filter = ["system", "status", "restricted", "review_group", "borough", "team"]
    search_fields = ["reference_key"]
    list_select_related = ["borough", "team"]
    autocomplete_fields = ["officer"]
    # A reference that is taken would tell of a case that the administrator may not know of. Who
    # may read a case is settled on its own page, with a reason.
    readonly_fields = [
        *("reference", "system", "reference_date", "restricted", "opened_at"),
        *("review_date", "retained_until", "held_at", "reduced_at"),
    ]
    inlines = [SuspectInline]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A case begins with its first entry."""
        return False

    def save_model(
        self, request: HttpRequest, obj: Case, form: ModelForm[Any], change: bool
    ) -> None:
        """A corrected borough takes the case's outcomes along."""
        if change and "borough" in form.changed_data and isinstance(request.user, User):
            correct_borough(case=obj, borough=obj.borough, by=request.user)
        super().save_model(request, obj, form, change)


@admin.register(Suspect)
class SuspectAdmin(CaseLinkedAdmin):
    list_display = ["__str__", "case"]
    list_filter = ["case__system"]
    list_select_related = ["case"]
    autocomplete_fields = ["case"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """A suspect stays in the case to which the outcomes tie it."""
        return ["case"] if obj else []


@admin.register(CaseAccess)
class CaseAccessAdmin(ReadOnlyAdmin, CaseLinkedAdmin):
    list_display = ["case", "user"]
    search_fields = ["user__name__icontains"]
    list_filter = ["case__system"]
    list_select_related = ["case", "user"]


@admin.register(Exclusion)
class ExclusionAdmin(CaseAccessAdmin):
    list_display = ["case", "user", "declared", "made_at", "made_by"]
    list_select_related = ["case", "user", "made_by"]


@admin.register(Lifting)
class LiftingAdmin(ReadOnlyAdmin, CaseLinkedAdmin):
    list_display = ["case", "excluded", "asked_by", "asked_at", "agreed", "decided_by"]
    list_filter = ["agreed"]
    list_select_related = ["case", "excluded", "asked_by", "decided_by"]


@admin.register(ReviewPeriod)
class ReviewPeriodAdmin(ScopedAdmin):
    """A new period dates every case of its group anew."""

    list_display = ["group", "years"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["group"] if obj else []


@admin.register(Reduction)
class ReductionAdmin(ReadOnlyAdmin):
    list_display = ["proposed_at", "proposed_by", "state", "decided_by", "finished_at"]
    list_filter = ["state"]
    list_select_related = ["proposed_by", "decided_by"]


@admin.register(ReductionCase)
class ReductionCaseAdmin(ReadOnlyAdmin):
    list_display = ["case", "state", "reduction"]
    list_filter = ["state"]
    list_select_related = ["case", "reduction"]
    search_fields = ["case__reference_key"]
