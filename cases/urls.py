"""The pages of the officer's daily work, one list for each module of views."""

from django.urls import URLPattern, path

from cases.views import disclosures, evidence, orders

app_name = "cases"

of_orders = [
    path("cases/<int:pk>/orders/add/", orders.add_order, name="add_order"),
    path("cases/<int:pk>/orders/add/<slug:kind>/", orders.add_order_kind, name="add_order_kind"),
    path(
        "cases/<int:pk>/orders/<int:order_pk>/correct/",
        orders.correct_order,
        name="correct_order",
    ),
    path(
        "cases/<int:pk>/orders/<int:order_pk>/breach/",
        orders.record_breach,
        name="record_breach",
    ),
    path(
        "cases/<int:pk>/orders/<int:order_pk>/to/<slug:to>/",
        orders.change_order,
        name="change_order",
    ),
]
of_disclosures = [
    path("cases/<int:pk>/disclosures/add/", disclosures.add_disclosure, name="add_disclosure"),
    path(
        "cases/<int:pk>/disclosures/<int:application_pk>/to/<slug:to>/",
        disclosures.change_disclosure,
        name="change_disclosure",
    ),
]
of_evidence = [
    path("cases/<int:pk>/evidence/send/", evidence.send_evidence, name="send_evidence"),
    path(
        "cases/<int:pk>/evidence/<int:submission_pk>/return/",
        evidence.return_evidence,
        name="return_evidence",
    ),
]

urlpatterns: list[URLPattern] = [*of_orders, *of_disclosures, *of_evidence]
