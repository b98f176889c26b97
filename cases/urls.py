"""The pages of the officer's daily work, one list for each module of views."""

from django.urls import URLPattern, path

from accounts.imports.views import imports, template
from accounts.views.lists import export, rows, save_filter
from cases.imports.subject import OUTCOMES
from cases.presenters.lists import CASE_LIST, OUTCOME_LIST
from cases.views import (
    barred,
    break_glass,
    case,
    desk,
    disclosures,
    duplicates,
    evidence,
    lists,
    log,
    orders,
    outcome,
    reassign,
    retention,
)

app_name = "cases"
EXCLUSION = "cases/<int:pk>/exclusions/<int:exclusion_pk>/"
ORDER = "cases/<int:pk>/orders/<int:order_pk>/"
APPLICATION = "cases/<int:pk>/disclosures/<int:application_pk>/"
DEVICE = "cases/<int:pk>/evidence/<int:submission_pk>/"

of_logging = [
    path("outcomes/log/", log.log, name="log"),
    path("outcomes/log/<slug:kind>/", log.log_kind, name="log_kind"),
    path("outcomes/log/<slug:kind>/check/<uuid:token>/", log.log_check, name="log_check"),
    path("drafts/<uuid:token>/", log.draft, name="draft"),
    path("drafts/<uuid:token>/discard/", log.discard_draft, name="discard_draft"),
    path("lookup/cases/", log.lookup_cases, name="lookup_cases"),
]
of_outcomes = [
    path("outcomes/<uuid:pk>/", outcome.outcome, name="outcome"),
    path("outcomes/<uuid:pk>/amend/", outcome.amend_outcome, name="amend_outcome"),
    path("outcomes/<uuid:pk>/void/", outcome.void, name="void_outcome"),
    path("outcomes/<uuid:pk>/undo/", outcome.undo, name="undo_outcome"),
    path("outcomes/<uuid:pk>/restore/", outcome.restore, name="restore_outcome"),
    path("outcomes/<uuid:pk>/send-back/", outcome.send_back_outcome, name="send_back"),
    path("outcomes/<uuid:pk>/answer/", outcome.answer, name="answer_sent_back"),
    path("outcomes/<uuid:pk>/take-apart/", outcome.take_apart, name="take_apart"),
    path("duplicates/", duplicates.duplicates, name="duplicates"),
    *(
        path(
            f"duplicates/<int:pk>/{verdict}/",
            duplicates.decide,
            {"verdict": verdict},
            name=f"duplicates_{verdict}",
        )
        for verdict in ("earlier", "later", "apart")
    ),
]
of_lists = [
    path("desk/", desk.desk, name="desk"),
    path("outcomes/", rows, {"of": OUTCOME_LIST}, name="outcomes"),
    path("outcomes/export/", export, {"of": OUTCOME_LIST}, name="export_outcomes"),
    path("outcomes/filter/", save_filter, {"of": OUTCOME_LIST}, name="save_outcomes"),
    path("outcomes/reassign/", reassign.outcomes, name="reassign_outcomes"),
    path("cases/", rows, {"of": CASE_LIST}, name="cases"),
    path("cases/export/", export, {"of": CASE_LIST}, name="export_cases"),
    path("cases/filter/", save_filter, {"of": CASE_LIST}, name="save_cases"),
    path("cases/reassign/", reassign.cases, name="reassign_cases"),
    path("cases/find/", lists.find, name="find"),
]
of_case = [
    path("cases/<int:pk>/", case.case, name="case"),
    path("cases/<int:pk>/note/", case.note, name="add_note"),
    path("cases/<int:pk>/risk/", case.risk, name="assess_risk"),
    path("cases/<int:pk>/marac/", case.marac, name="refer_marac"),
    path("cases/<int:pk>/marac/<int:referral_pk>/heard/", case.marac_heard, name="marac_heard"),
    path("cases/<int:pk>/flag/", case.flag, name="add_flag"),
    path("cases/<int:pk>/flag/<int:flag_pk>/remove/", case.unflag, name="remove_flag"),
    path("cases/<int:pk>/suspect/", case.suspect, name="add_suspect"),
    path("cases/<int:pk>/move/<slug:to>/", case.move, name="move_case"),
    path("cases/<int:pk>/transfer/", case.transfer, name="transfer_case"),
]
of_access = [
    path("cases/<int:pk>/access/", barred.access, name="access"),
    path("cases/<int:pk>/restrict/", barred.restrict, name="restrict_case"),
    path("cases/<int:pk>/access/add/", barred.give_access, name="add_access"),
    path("cases/<int:pk>/access/<int:access_pk>/remove/", barred.take_access, name="remove_access"),
    path("cases/<int:pk>/exclude/", barred.exclude_person, name="exclude"),
    path("cases/<int:pk>/lift/", barred.lift_restriction, name="lift_restriction"),
    path(f"{EXCLUSION}lift/", barred.lift_exclusion, name="lift_exclusion"),
    *(
        path(
            f"cases/<int:pk>/liftings/<int:lifting_pk>/{answer}/",
            barred.decide,
            {"agreed": answer == "agree"},
            name=f"{answer}_lifting",
        )
        for answer in ("agree", "refuse")
    ),
    path("cases/<int:pk>/conflict/", barred.conflict, name="declare_conflict"),
    path("conflict-declared/", barred.conflict_declared, name="conflict_declared"),
    path(f"{EXCLUSION}seen/", barred.conflict_seen, name="conflict_seen"),
    path("cases/<int:pk>/reason/", barred.reason, name="give_reason"),
]
of_break_glass = [
    path("break-glass/", break_glass.open_case, name="break_glass"),
    path("break-glass/<int:pk>/close/", break_glass.close, name="end_break_glass"),
    path("break-glass/reviews/", break_glass.reviews, name="reviews"),
    path("break-glass/reviews/<int:pk>/", break_glass.review, name="review"),
]
of_orders = [
    path("cases/<int:pk>/orders/add/", orders.add_order, name="add_order"),
    path("cases/<int:pk>/orders/add/<slug:kind>/", orders.add_order_kind, name="add_order_kind"),
    path(f"{ORDER}correct/", orders.correct_order, name="correct_order"),
    path(f"{ORDER}breach/", orders.record_breach, name="record_breach"),
    path(f"{ORDER}to/<slug:to>/", orders.change_order, name="change_order"),
]
of_disclosures = [
    path("cases/<int:pk>/disclosures/add/", disclosures.add_disclosure, name="add_disclosure"),
    path(f"{APPLICATION}to/<slug:to>/", disclosures.change_disclosure, name="change_disclosure"),
]
of_evidence = [
    path("cases/<int:pk>/evidence/send/", evidence.send_evidence, name="send_evidence"),
    path(f"{DEVICE}return/", evidence.return_evidence, name="return_evidence"),
]
of_imports = [
    path("imports/", imports, {"of": OUTCOMES}, name="imports"),
    path("imports/template/", template, {"of": OUTCOMES}, name="import_template"),
]
of_retention = [
    path("retention/", retention.queue, name="retention"),
    path("retention/propose/", retention.propose_reduction, name="propose_reduction"),
    path("reductions/<uuid:pk>/", retention.reduction, name="reduction"),
    *(
        path(
            f"reductions/<uuid:pk>/{verdict}/",
            retention.decide_reduction,
            {"verdict": verdict},
            name=f"{verdict}_reduction",
        )
        for verdict in ("approve", "refuse")
    ),
    path("reductions/<uuid:pk>/again/", retention.reduce_again, name="reduce_again"),
    path("reductions/<uuid:pk>/progress/", retention.reduction_progress, name="reduction_progress"),
    path("cases/<int:pk>/retain/", retention.retain_case, name="retain_case"),
    path("cases/<int:pk>/hold/", retention.hold_case, name="hold_case"),
    path("cases/<int:pk>/release/", retention.release_case, name="release_case"),
]

urlpatterns: list[URLPattern] = [
    *of_lists,
    *of_logging,
    *of_outcomes,
    *of_case,
    *of_access,
    *of_break_glass,
    *of_orders,
    *of_disclosures,
    *of_evidence,
    *of_imports,
    *of_retention,
]
