"""People: what each role may do, where, and how a person comes to be."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db.models import Model

from accounts.models import SavedFilter, User
from accounts.permissions import EVERYWHERE, NOWHERE, ROLE_PERMISSIONS, BoroughScope, Permission
from audit.permissions import LogPermission
from campaigns.models import Borough
from config import settings as configured
from tests.conftest import Cast
from tests.core.rules import Change, Rule, judged, somebody, trials
from tests.factories import SavedFilterFactory, UserFactory

pytestmark = pytest.mark.django_db


def second_filter() -> Model:
    first = SavedFilterFactory.create(name="Mine")
    return SavedFilterFactory.create(owner=first.owner)


RULES = [
    Rule(
        "accounts_user_role_is_known",
        UserFactory.create,
        refused=[{"role": "chief"}, {"role": ""}],
        accepted=[{"role": role} for role in User.Role.values],
    ),
    Rule(
        "accounts_savedfilter_name_once",
        second_filter,
        refused=[{"name": "Mine"}],
        accepted=[
            {"name": "mine"},
            {"name": "Mine", "page": SavedFilter.Page.CASES},
            {"name": "Mine", "owner": somebody},
        ],
    ),
    Rule(
        "accounts_savedfilter_has_a_name",
        SavedFilterFactory.create,
        refused=[{"name": ""}, {"name": " \n"}],
        accepted=[{"name": "x"}],
    ),
]


@trials(RULES)
def test_the_database_keeps_its_rule(row: Any, change: Change, verdict: str) -> None:
    assert judged(row(), change) == verdict


MAY = {
    "officer": {"read_records", "write_records", "see_figures", "see_engagement"},
    "supervisor": {
        *("read_records", "write_records", "supervise", "see_figures", "see_all_figures"),
        *("guard_cases", "review_break_glass", "review_retention", "approve_reduction"),
        *("see_engagement", "keep_directory"),
    },
    "communications": {"see_figures", "see_all_figures", "see_engagement"},
    "administrator": {
        *("read_records", "guard_cases", "see_figures", "see_all_figures", "administer"),
        *("review_retention", "approve_reduction", "see_engagement", "keep_directory"),
    },
    "auditor": {"review_break_glass", "read_log", "review_reads", "see_engagement"},
}


def test_the_table_of_roles_and_permissions() -> None:
    assert {role: set(may) for role, may in ROLE_PERMISSIONS.items()} == MAY
    assert set(MAY) == set(User.Role.values)


@pytest.mark.parametrize("role", User.Role.values)
def test_a_person_may_do_what_their_role_may(role: str) -> None:
    person = UserFactory.create(role=role)
    every = [*Permission, *LogPermission]
    assert {permission for permission in every if person.may(permission)} == MAY[role]


@pytest.mark.parametrize("role", User.Role.values)
def test_a_suspended_person_may_do_nothing_and_sees_nowhere(role: str) -> None:
    person = UserFactory.create(role=role, whole_force=True, is_active=False)
    assert [permission for permission in Permission if person.may(permission)] == []
    assert (person.scope, person.figures_scope, person.engagement_scope) == (NOWHERE,) * 3
    assert not person.is_staff
    assert not person.has_perm("cases.view_case")
    assert not person.has_module_perms("cases")


@pytest.mark.parametrize("role", User.Role.values)
def test_the_admin_opens_for_administrators_alone(role: str) -> None:
    person, administers = UserFactory.create(role=role), role == "administrator"
    assert person.is_staff is administers
    assert person.has_perm("cases.view_case") is administers
    assert person.has_module_perms("cases") is administers


def only(*boroughs: Borough) -> BoroughScope:
    return BoroughScope(everywhere=False, borough_ids=frozenset(b.pk for b in boroughs))


def test_whose_work_covers_which_boroughs(cast: Cast) -> None:
    a, b = cast.a, cast.b
    scopes = {
        name: (person.scope, person.figures_scope)
        for name, person in vars(cast).items()
        if isinstance(person, User)
    }
    assert scopes == {
        "officer": (only(a), only(a)),
        "colleague": (only(a), only(a)),
        "officer_of_b": (only(b), only(b)),
        "supervisor": (only(a), EVERYWHERE),
        "force_supervisor": (EVERYWHERE, EVERYWHERE),
        "communications": (only(), EVERYWHERE),
        "administrator": (EVERYWHERE, EVERYWHERE),
        "auditor": (EVERYWHERE, NOWHERE),
        "excluded": (only(a), only(a)),
        "outsider": (only(), only()),
    }


def test_engagement_is_read_of_as_far_as_figures_are_and_by_auditors_everywhere(cast: Cast) -> None:
    for name, person in vars(cast).items():
        if isinstance(person, User):
            of_figures = person.figures_scope
            assert person.engagement_scope == (EVERYWHERE if name == "auditor" else of_figures)


def test_a_scope_limits_rows_by_whichever_field_holds_the_borough(cast: Cast) -> None:
    everyone, boroughs = User.objects.order_by("pk"), Borough.objects.order_by("pk")
    assert list(only(cast.b).limit(boroughs, "pk")) == [cast.b]
    assert list(only(cast.b).limit(everyone, "boroughs")) == [cast.officer_of_b]
    assert list(NOWHERE.limit(boroughs, "pk")) == []
    assert list(EVERYWHERE.limit(boroughs, "pk")) == [cast.a, cast.b]


def test_a_person_is_made_with_their_boroughs_and_a_hashed_password(cast: Cast) -> None:
    person = User.objects.create_user("sam", "correct horse", name="Sam Lee", boroughs=[cast.a])
    kept = User.objects.get(pk=person.pk)
    assert (kept.username, kept.name, kept.role) == ("sam", "Sam Lee", "officer")
    assert list(kept.boroughs.all()) == [cast.a]
    assert kept.check_password("correct horse")
    assert configured.PASSWORD_HASHERS[0].endswith(".Argon2PasswordHasher")


def test_a_person_without_a_password_cannot_sign_in_by_one() -> None:
    assert not User.objects.create_user("sam", name="Sam Lee").has_usable_password()


def test_the_first_administrator_administers() -> None:
    person = User.objects.create_superuser("alex", "correct horse", name="Alex Morgan")
    assert (person.role, person.is_staff) == ("administrator", True)


@pytest.mark.parametrize(
    ("wrong", "messages"),
    [
        (
            {"role": "chief"},
            {"role": ["Value 'chief' is not a valid choice."]},
        ),
        ({"name": ""}, {"name": ["This field cannot be blank."]}),
        (
            {"username": "sam lee"},
            {
                "username": [
                    "Enter a valid username. This value may contain only unaccented lowercase a-z "
                    "and uppercase A-Z letters, numbers, and @/./+/-/_ characters."
                ]
            },
        ),
    ],
)
def test_a_wrong_person_is_refused_in_words_and_not_saved(
    wrong: dict[str, Any], messages: dict[str, list[str]]
) -> None:
    with pytest.raises(ValidationError) as refused:
        User.objects.create_user(**{"username": "sam", "name": "Sam Lee"} | wrong)
    assert {k: v for k, v in refused.value.message_dict.items() if k != "__all__"} == messages
    assert list(User.objects.all()) == []


def test_a_person_is_known_by_name() -> None:
    person = UserFactory.build(name="Sam Lee")
    assert [str(person), person.get_full_name(), person.get_short_name()] == ["Sam Lee"] * 3


def test_a_filter_without_a_name_is_refused_in_plain_words() -> None:
    kept = SavedFilterFactory.create()
    kept.name = " "
    with pytest.raises(ValidationError) as refused:
        kept.full_clean()
    assert refused.value.message_dict == {"__all__": ["Enter a name for the filter."]}
