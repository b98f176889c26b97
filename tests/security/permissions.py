"""The permission table: who may ask for what, what they are told, and what the log keeps of it.

`TABLE` has one rule for each address of the product, by the name of the address. To add an
address, add its name to the words of a rule that says the same of others; or add a line:

    ("cases:add_note cases:add_flag", Rule(WRITERS, CASE, "200 consultation case")),

- `who` may do it: everybody else who is signed in is answered 403, and nobody is led to sign in.
- `of` is what the address names. It says in which states that is asked for (`State`), and who
  knows of it in each: whoever does not is answered 404.
- `get` and `post` are what the others are answered: the status, the page that it leads to, and
  each row of the log, which names a row by its name in the world (`world.py`). An empty form is
  sent, so 200 to a POST is the form again, with what is wrong. `AS_GET` is the same as to GET, and
  `NOT_TAKEN` is 405, whoever asks; 403 is for everybody, whatever is asked for.
- `but` are the exceptions, by words of who asks, in which state, by which method.
- `recent` steps ask for a proof first where the last one is more than five minutes old.

What is refused leaves a row of its own, which the table need not say. Nothing but the log and the
session is written by a GET, by what is refused, or by a form that comes back; a rule's `keeps` are
the tables of which that is not true.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.security.world import NOBODY, PEOPLE, State

Names = frozenset[str]
AS_GET, NOT_TAKEN = "as get", "405"

# Who: the columns of the table.
SIGNED_IN = frozenset(PEOPLE)
READERS = SIGNED_IN - {"communications", "auditor"}
WRITERS = READERS - {"administrator"}
SUPERVISORS = frozenset({"supervisor", "force"})
RETENTION = GUARDS = KEEPERS = SUPERVISORS | {"administrator"}
JUDGES = SUPERVISORS | {"auditor"}
SEE_FIGURES = SIGNED_IN - {"auditor"}
SEE_ALL_FIGURES = SEE_FIGURES - {"officer", "scopeless"}
ADMINISTRATOR = frozenset({"administrator"})
AUDITOR = frozenset({"auditor"})
NONE: Names = frozenset()

# Who knows of what.
OF_LAMBETH = frozenset({"officer", "supervisor", "force", "administrator"})
WHOLE_FORCE = frozenset({"force", "administrator"})


@dataclass(frozen=True)
class Subject:
    """What an address names: the states in which it is asked for, and who knows of it in each."""

    known_to: dict[State, Names]
    flagged: bool = False
    """Whether the log flags somebody who tries one that bars them."""

    @property
    def first(self) -> State:
        return next(iter(self.known_to))


NOTHING = Subject({State.OWN: SIGNED_IN})
OF_A_CASE = {
    State.OWN: OF_LAMBETH,
    State.AWAY: WHOLE_FORCE,
    State.RESTRICTED: NONE,
    State.EXCLUDED: NONE,
}
PAIR = Subject(OF_A_CASE)
CASE = Subject(OF_A_CASE | {State.LISTED: OF_LAMBETH, State.REDUCED: OF_LAMBETH}, flagged=True)
ENTRY = Subject(CASE.known_to | {State.VOIDED: OF_LAMBETH}, flagged=True)
MINE = Subject({State.MINE: SIGNED_IN, State.ANOTHERS: NONE})
FILTER = Subject({State.MINE: READERS, State.ANOTHERS: NONE})
OF_EVENTS = {State.MY_EVENTS: SIGNED_IN, State.EVENTS: NONE, State.EVENTS_AWAY: NONE}
OWN_IMPORT = Subject({**MINE.known_to, State.SAVED: NONE, **OF_EVENTS})
IMPORT = Subject(
    {
        **OWN_IMPORT.known_to,
        State.SAVED: SUPERVISORS,
        State.EVENTS: SUPERVISORS,
        State.EVENTS_AWAY: frozenset({"force"}),
    }
)
OPENING = Subject(
    {
        State.ANOTHERS: frozenset({"force", "auditor"}),
        State.MINE: NONE,
        State.RESTRICTED: AUDITOR,
        State.EXCLUDED: NONE,
    }
)
REDUCTION = Subject(
    {**OF_A_CASE, State.MINE: OF_LAMBETH, State.APPROVED: OF_LAMBETH, State.REDUCED: OF_LAMBETH}
)
ENGAGED = Subject(
    {
        State.OWN: SIGNED_IN - {"scopeless"},
        State.AWAY: frozenset(PEOPLE) - {"officer", "scopeless"},
        State.VOIDED: SIGNED_IN - {"scopeless"},
    }
)
CAMPAIGN = Subject({State.OWN: SIGNED_IN, State.RUNNING: SIGNED_IN})
WITH_A_BOROUGH = SIGNED_IN - {"scopeless"}
ITS_FIGURES = Subject({State.OWN: WITH_A_BOROUGH, State.RUNNING: WITH_A_BOROUGH})
BOROUGH = Subject({State.OWN: WITH_A_BOROUGH, State.AWAY: SEE_ALL_FIGURES})
COMMAND = Subject({**BOROUGH.known_to, State.RETIRED: NONE})
RETURN = Subject({**BOROUGH.known_to, State.SIGNED: WITH_A_BOROUGH})
ROW = Subject({State.OWN: ADMINISTRATOR})
ROW_OF_A_CASE = Subject({**ROW.known_to, State.RESTRICTED: NONE, State.EXCLUDED: NONE})
ROW_LEFT = Subject({**ROW_OF_A_CASE.known_to, State.REDUCED: ADMINISTRATOR})


@dataclass(frozen=True)
class Rule:
    who: Names
    of: Subject
    get: str
    post: str = AS_GET
    but: dict[str, str] = field(default_factory=dict)
    recent: bool = False
    keeps: Names = NONE
    open: bool = False
    """Whether it answers whoever is not signed in as it answers others."""
    person_first: bool = False
    """Whether it asks who it is before by which method, as the admin does."""

    def answer(self, who: str, state: State, method: str) -> str:
        """What somebody is answered; of what is refused, the status alone."""
        said = self.get if method != "POST" or self.post == AS_GET else self.post
        if said == NOT_TAKEN and not self.person_first:
            return said
        if who == NOBODY and not self.open:
            return self._but(who, state, method) or "302 accounts:sign_in"
        if said == "403" or (who != NOBODY and who not in self.who):
            return "403"
        if who != NOBODY and who not in self.of.known_to[state]:
            return "404"
        return self._but(who, state, method) or said

    def _but(self, who: str, state: State, method: str) -> str:
        """The exception of the most words; of as many, the first."""
        asked = {who, state.value, method}
        fit = [words for words in self.but if set(words.split()) <= asked]
        return self.but[max(fit, key=lambda words: len(words.split()))] if fit else ""


Lines = dict[str, Rule]

READ_CASE, READ_ENTRY = "200 consultation case", "200 consultation outcome"
LIST_CASES, LIST_ENTRIES = "200 search cases.case", "200 search cases.outcome"
LIST_LOG, READ_LOG = "200 search audit.logrow", "200 consultation logrow"
TAKEN = "200 disclosure campaign"
BACK_TO_CASE, BACK_TO_ENTRY = "302 cases:case", "302 cases:outcome"
BACK_TO_IMPORT, BACK_TO_LIST = "302 accounts:import", "302 cases:reduction"


def of_case(who: Names, get: str, post: str = AS_GET, **but: str) -> Rule:
    """A page that changes a case, and so none of a reduced one."""
    return Rule(who, CASE, get, post, {"reduced": "403"} | but)


def of_entry(who: Names, get: str, post: str = AS_GET, **but: str) -> Rule:
    return Rule(who, ENTRY, get, post, {"reduced": "403"} | but)


def of_admin(of: Subject, get: str, post: str = AS_GET, **more: Any) -> Rule:
    """A page of the admin, which sends to sign in by an address of its own."""
    but = {NOBODY: "302 accounts.views.account.admin_sign_in", **more.pop("but", {})}
    return Rule(ADMINISTRATOR, of, get, post, but, person_first=True, **more)


# Each word is the name of an address; those of a rule stand together.
SERVICE: Lines = {
    "health account_inactive": Rule(SIGNED_IN, NOTHING, "200", NOT_TAKEN, open=True),
    "favicon": Rule(SIGNED_IN, NOTHING, "302 static", NOT_TAKEN, open=True),
    "session": Rule(SIGNED_IN, NOTHING, "200", open=True),
    "kept_form": Rule(SIGNED_IN, MINE, "200", "302 kept_form"),
}
SIGNING_IN: Lines = {
    "accounts:sign_in account_login": Rule(
        SIGNED_IN, NOTHING, "302 summaries:home", but={NOBODY: "200"}
    ),
    "mfa_authenticate mfa_login_webauthn": Rule(SIGNED_IN, NOTHING, "302 summaries:home"),
    "accounts:sign_out admin/logout/ admin:logout": Rule(
        SIGNED_IN, NOTHING, NOT_TAKEN, "302 accounts:sign_in, sign_out"
    ),
    "socialaccount_login_cancelled": Rule(SIGNED_IN, NOTHING, "302 accounts:sign_in"),
    # No identity provider is set up.
    "openid_connect_login openid_connect_callback": Rule(
        SIGNED_IN, NOTHING, "404", but={NOBODY: "404"}
    ),
    "admin/login/ admin:login": Rule(SIGNED_IN, NOTHING, "302 admin:index"),
    "admin/password_change/ admin:password_change": Rule(
        SIGNED_IN, NOTHING, "302 account_change_password", open=True
    ),
    "admin:password_change_done": of_admin(NOTHING, "200", NOT_TAKEN),
}
ACCOUNT: Lines = {
    "mfa_index mfa_list_webauthn": Rule(SIGNED_IN, NOTHING, "200", NOT_TAKEN),
    "accounts:second_step": Rule(SIGNED_IN, NOTHING, "302 mfa_index", NOT_TAKEN),
    "accounts:sessions": Rule(
        SIGNED_IN, NOTHING, "200", "302 accounts:sessions, sign_in_change me", recent=True
    ),
    "accounts:morning_email": Rule(SUPERVISORS, NOTHING, "200"),
    "accounts:prove_at_provider": Rule(SIGNED_IN, NOTHING, "302 openid_connect_login", NOT_TAKEN),
    "account_reauthenticate account_change_password": Rule(SIGNED_IN, NOTHING, "200"),
    "mfa_reauthenticate": Rule(SIGNED_IN, NOTHING, "302 account_reauthenticate"),
    "mfa_reauthenticate_webauthn": Rule(SIGNED_IN, NOTHING, "200", "302 accounts:sign_in"),
    "mfa_activate_totp mfa_add_webauthn": Rule(SIGNED_IN, NOTHING, "200", recent=True),
    "mfa_deactivate_totp": Rule(SIGNED_IN, NOTHING, "404"),
    # A passkey that is the only second step stays.
    "mfa_remove_webauthn": Rule(SIGNED_IN, MINE, "302 mfa_index"),
    "mfa_view_recovery_codes": Rule(SIGNED_IN, NOTHING, "404", NOT_TAKEN, person_first=True),
    "mfa_generate_recovery_codes": Rule(
        *(SIGNED_IN, NOTHING, "200"),
        "302 mfa_view_recovery_codes, sign_in_change me",
        recent=True,
    ),
}
LISTS: Lines = {
    "cases:desk cases:outcomes": Rule(READERS, NOTHING, LIST_ENTRIES),
    "cases:cases": Rule(READERS, NOTHING, LIST_CASES),
    "cases:find": Rule(READERS, NOTHING, NOT_TAKEN, "302 cases:cases"),
    "cases:lookup_cases": Rule(READERS, NOTHING, NOT_TAKEN, "200"),
    "cases:export_outcomes": Rule(READERS, NOTHING, "200", but={"scopeless": "302 cases:outcomes"}),
    "cases:export_cases": Rule(READERS, NOTHING, "200", but={"scopeless": "302 cases:cases"}),
    "cases:save_outcomes": Rule(READERS, NOTHING, "302 cases:outcomes"),
    "cases:save_cases": Rule(READERS, NOTHING, "302 cases:cases"),
    "accounts:remove_filter": Rule(SIGNED_IN, FILTER, NOT_TAKEN, "302 cases:outcomes"),
    "cases:reassign_outcomes": Rule(SUPERVISORS, NOTHING, "302 cases:outcomes"),
    "cases:reassign_cases": Rule(SUPERVISORS, NOTHING, "302 cases:cases"),
}
LOGGING: Lines = {
    "cases:log": Rule(WRITERS, NOTHING, "200"),
    "cases:log_kind": Rule(WRITERS, NOTHING, "200", keeps=frozenset({"cases_draft"})),
    "cases:log_check": Rule(WRITERS, MINE, "200"),
    # By the seal of its form, signed in or not; here it has none.
    "cases:draft": Rule(SIGNED_IN, NOTHING, NOT_TAKEN, "404", but={NOBODY: "404"}),
    "cases:discard_draft": Rule(WRITERS, NOTHING, NOT_TAKEN, "302 cases:desk"),
}
ENTRIES: Lines = {
    "cases:outcome": Rule(READERS, ENTRY, READ_ENTRY),
    "cases:amend_outcome cases:void_outcome": of_entry(WRITERS, READ_ENTRY, voided=BACK_TO_ENTRY),
    "cases:send_back": of_entry(SUPERVISORS, READ_ENTRY, voided=BACK_TO_ENTRY),
    "cases:answer_sent_back": of_entry(WRITERS, READ_ENTRY, BACK_TO_ENTRY),
    "cases:undo_outcome": of_entry(WRITERS, NOT_TAKEN, BACK_TO_ENTRY),
    "cases:restore_outcome cases:take_apart": of_entry(SUPERVISORS, NOT_TAKEN, BACK_TO_ENTRY),
    "cases:duplicates": Rule(SUPERVISORS, NOTHING, "200 search cases.possibleduplicate"),
    "cases:duplicates_earlier cases:duplicates_later cases:duplicates_apart": Rule(
        SUPERVISORS, PAIR, NOT_TAKEN, "302 cases:duplicates"
    ),
}
CASES: Lines = {
    "cases:case": Rule(READERS, CASE, READ_CASE),
    "cases:add_note cases:assess_risk cases:refer_marac cases:marac_heard cases:add_flag"
    " cases:add_order cases:add_order_kind cases:correct_order cases:add_disclosure"
    " cases:send_evidence cases:return_evidence": of_case(WRITERS, READ_CASE),
    "cases:move_case cases:change_disclosure": of_case(WRITERS, READ_CASE, BACK_TO_CASE),
    # An order applied for is neither served nor breached.
    "cases:change_order cases:record_breach": of_case(WRITERS, BACK_TO_CASE),
    "cases:remove_flag cases:add_suspect": of_case(WRITERS, NOT_TAKEN, BACK_TO_CASE),
    # By its own officer, or a supervisor.
    "cases:transfer_case": of_case(WRITERS, READ_CASE, officer="403"),
}
GUARDING: Lines = {
    "cases:access": of_case(GUARDS, READ_CASE),
    "cases:restrict_case cases:add_access": of_case(SUPERVISORS, READ_CASE),
    "cases:remove_access": of_case(SUPERVISORS, NOT_TAKEN, "302 cases:access"),
    "cases:exclude cases:lift_exclusion": of_case(GUARDS, READ_CASE, supervisor="403"),
    "cases:lift_restriction": of_case(SUPERVISORS, "302 cases:access", listed=READ_CASE),
    "cases:agree_lifting cases:refuse_lifting": of_case(GUARDS, NOT_TAKEN, "302 cases:access"),
    "cases:declare_conflict": of_case(READERS, READ_CASE),
    "cases:conflict_declared": Rule(READERS, NOTHING, "200"),
    "cases:conflict_seen": of_case(SUPERVISORS, NOT_TAKEN, "302 cases:desk"),
    "cases:give_reason": Rule(READERS, CASE, "200"),
    "cases:break_glass": Rule(READERS, NOTHING, "200", recent=True),
    "cases:end_break_glass": Rule(READERS, MINE, NOT_TAKEN, "302 cases:desk"),
    "cases:reviews": Rule(JUDGES, NOTHING, "200 search cases.breakglass"),
    "cases:review": Rule(JUDGES, OPENING, "200 consultation opening"),
}
IMPORTS: Lines = {
    "cases:imports cases:import_template partners:imports partners:import_template": Rule(
        WRITERS, NOTHING, "200"
    ),
    "accounts:import": Rule(READERS, IMPORT, "200 consultation import"),
    "accounts:match_import": Rule(
        *(WRITERS, OWN_IMPORT, "200 consultation import"), but={"my_events": BACK_TO_IMPORT}
    ),
    "accounts:marked_import": Rule(WRITERS, OWN_IMPORT, BACK_TO_IMPORT),
    "accounts:import_progress": Rule(WRITERS, OWN_IMPORT, "200"),
    "accounts:mend_import accounts:save_import accounts:import_again": Rule(
        WRITERS, OWN_IMPORT, NOT_TAKEN, BACK_TO_IMPORT
    ),
    "accounts:discard_import": Rule(
        *(WRITERS, OWN_IMPORT, NOT_TAKEN, "302 cases:imports"),
        but={"my_events POST": "302 partners:imports"},
    ),
    # One of its records was changed since: it asks what to do.
    "accounts:undo_import": Rule(
        *(WRITERS, IMPORT, BACK_TO_IMPORT),
        but={"saved POST": LIST_ENTRIES}
        | dict.fromkeys(
            ["my_events POST", "events POST", "events_away POST"],
            "200 search partners.engagementevent",
        ),
    ),
}
REVIEWING: Lines = {
    "cases:retention": Rule(RETENTION, NOTHING, LIST_CASES),
    "cases:propose_reduction": Rule(RETENTION, NOTHING, "302 cases:retention", recent=True),
    "cases:reduction": Rule(RETENTION, REDUCTION, LIST_CASES),
    "cases:reduction_progress": Rule(RETENTION, REDUCTION, "200"),
    # By a second person, of the whole force.
    "cases:approve_reduction cases:refuse_reduction": Rule(
        *(RETENTION, REDUCTION, BACK_TO_LIST),
        but={"supervisor POST": "403", "mine POST": "403"},
        recent=True,
    ),
    "cases:reduce_again": Rule(RETENTION, REDUCTION, NOT_TAKEN, BACK_TO_LIST),
    "cases:retain_case cases:hold_case cases:release_case": of_case(RETENTION, READ_CASE),
}
FIGURES: Lines = {
    "summaries:home": Rule(
        *(SIGNED_IN, NOTHING, "302 cases:desk"),
        but=dict.fromkeys(["communications", "administrator"], "302 summaries:campaign")
        | {"auditor": "302 audit:log"},
    ),
    "summaries:campaigns": Rule(SEE_FIGURES, NOTHING, "200"),
    "summaries:campaign summaries:changes summaries:returns summaries:uplift": Rule(
        SEE_FIGURES, CAMPAIGN, "200"
    ),
    "summaries:team": Rule(SEE_FIGURES, CAMPAIGN, LIST_CASES, but={"communications": "200"}),
    # No case of the team has anything overdue.
    "summaries:team_overdue": Rule(READERS, CAMPAIGN, "302 summaries:team"),
    "summaries:beside": Rule(
        SEE_FIGURES, CAMPAIGN, "200", but={"scopeless": "302 summaries:campaigns"}
    ),
    "summaries:compare": Rule(SEE_ALL_FIGURES, CAMPAIGN, "200"),
    "summaries:figure": Rule(SEE_FIGURES, CAMPAIGN, LIST_ENTRIES, but={"communications": "200"}),
    "summaries:borough": Rule(SEE_FIGURES, BOROUGH, LIST_CASES, but={"communications": "200"}),
    "summaries:command": Rule(SEE_FIGURES, COMMAND, LIST_CASES, but={"communications": "200"}),
    # Whoever works elsewhere sees the figures, and nothing overdue in any case of theirs.
    "summaries:borough_overdue": Rule(
        *(READERS, BOROUGH, "200"), but={"supervisor away": "302 summaries:borough"}
    ),
    "summaries:command_overdue": Rule(
        *(READERS, COMMAND, "200"), but={"supervisor away": "302 summaries:command"}
    ),
    "summaries:return": Rule(SEE_FIGURES, RETURN, "200"),
    # By a supervisor of that borough.
    "summaries:sign_return": Rule(
        *(SEE_FIGURES, RETURN, "200"),
        but=dict.fromkeys(["officer", "communications", "administrator"], "403")
        | {"supervisor away": "403", "signed": "302 summaries:return"},
    ),
    "summaries:campaign_tables summaries:campaign_table summaries:campaign_briefing": Rule(
        SEE_FIGURES, ITS_FIGURES, TAKEN
    ),
    "summaries:borough_tables summaries:borough_table summaries:borough_briefing": Rule(
        SEE_FIGURES, BOROUGH, TAKEN
    ),
    "summaries:command_tables summaries:command_table summaries:command_briefing": Rule(
        SEE_FIGURES, COMMAND, TAKEN
    ),
    "summaries:team_tables summaries:team_table": Rule(SEE_FIGURES, CAMPAIGN, TAKEN),
    "summaries:beside_tables summaries:beside_table": Rule(SEE_FIGURES, ITS_FIGURES, TAKEN),
    # Without a baseline, or before there is enough to compare, there is nothing to take.
    "summaries:uplift_tables summaries:uplift_table": Rule(
        SEE_FIGURES, ITS_FIGURES, TAKEN, but={"running": "404"}
    ),
    "summaries:compare_tables summaries:compare_table": Rule(
        SEE_ALL_FIGURES, CAMPAIGN, TAKEN, but={"running": "404"}
    ),
    "summaries:returns_tables summaries:returns_table": Rule(SEE_FIGURES, ITS_FIGURES, TAKEN),
    "summaries:figure_tables summaries:figure_table": Rule(SEE_FIGURES, CAMPAIGN, TAKEN),
    # Nothing of a campaign of these days was counted, so nothing changed.
    "summaries:changes_tables summaries:changes_table": Rule(
        SEE_FIGURES, ITS_FIGURES, TAKEN, but={"running": "404"}
    ),
    "summaries:return_tables summaries:return_table": Rule(SEE_FIGURES, RETURN, TAKEN),
    "summaries:programmes summaries:programme": Rule(SEE_FIGURES, NOTHING, "200"),
    "summaries:mails summaries:mail": Rule(ADMINISTRATOR, NOTHING, "200"),
}
READ_EVENT, READ_SESSION = "200 consultation engagementevent", "200 consultation trainingsession"
BACK_TO_EVENT, BACK_TO_PARTNER = "302 partners:event", "302 partners:partner"
BACK_TO_SESSION, BACK_TO_LINKS = "302 partners:session", "302 partners:links"
READS_ONLY = {"supervisor away": "403", "voided": "403"}
"""Whoever sees the other boroughs' engagement reads of it; and what is void is not changed."""
ONLY_VOID = {NOBODY: "302 accounts:sign_in", "own": "403", "away": "403"}
PARTNERS: Lines = {
    "partners:events": Rule(SIGNED_IN, NOTHING, "200 search partners.engagementevent"),
    "partners:export_events": Rule(
        SIGNED_IN, NOTHING, "200", but={"scopeless": "302 partners:events"}
    ),
    "partners:save_events": Rule(SIGNED_IN, NOTHING, "302 partners:events"),
    "partners:calendar partners:places partners:directory partners:training partners:feeds": Rule(
        SIGNED_IN, NOTHING, "200"
    ),
    "partners:event": Rule(SIGNED_IN, ENGAGED, READ_EVENT),
    "partners:add_event partners:log_session": Rule(WRITERS, NOTHING, "200"),
    "partners:amend_event partners:finish_event partners:cancel_event partners:void_event"
    " partners:repeat_event partners:add_follow_up": Rule(WRITERS, ENGAGED, "200", but=READS_ONLY),
    "partners:say_parts": Rule(WRITERS, ENGAGED, "200", BACK_TO_EVENT, but=READS_ONLY),
    "partners:amend_follow_up": Rule(WRITERS, ENGAGED, "200", but={"supervisor away": "403"}),
    "partners:finish_follow_up": Rule(
        WRITERS, ENGAGED, NOT_TAKEN, BACK_TO_EVENT, but={"supervisor away": "403"}
    ),
    "partners:restore_event": Rule(SUPERVISORS, ENGAGED, NOT_TAKEN, BACK_TO_EVENT, but=ONLY_VOID),
    # Whom a link can be emailed to is shown to those who may send one.
    "partners:links": Rule(
        *(SIGNED_IN, ENGAGED, "200 search partners.contact"),
        but={"supervisor away": "200", "voided": "200"}
        | dict.fromkeys(["communications", "administrator", "auditor"], "200"),
    ),
    "partners:make_link": Rule(
        *(WRITERS, ENGAGED, NOT_TAKEN),
        "200 disclosure engagementevent, search partners.contact",
        but=READS_ONLY,
        keeps=frozenset({"partners_confirmationlink"}),
    ),
    "partners:withdraw_link": Rule(
        WRITERS, ENGAGED, NOT_TAKEN, BACK_TO_LINKS, but={"supervisor away": "403"}
    ),
    "partners:take_over": Rule(
        SUPERVISORS, ENGAGED, NOT_TAKEN, BACK_TO_LINKS, but={"supervisor away": "403"}
    ),
    # Whoever has a link, signed in or not; here it is of nobody.
    "partners:open_confirmation": Rule(
        SIGNED_IN, NOTHING, "302 partners:confirm", NOT_TAKEN, open=True
    ),
    "partners:confirm": Rule(SIGNED_IN, NOTHING, "404", open=True),
    "partners:feed": Rule(SIGNED_IN, NOTHING, "404", NOT_TAKEN, open=True),
    "partners:make_feed": Rule(
        *(SIGNED_IN, NOTHING, NOT_TAKEN, "200 disclosure partners.engagementevent"),
        keeps=frozenset({"partners_calendarlink"}),
    ),
    "partners:end_feed": Rule(SIGNED_IN, MINE, NOT_TAKEN, "302 partners:feeds"),
    # Contacts are people, shown to those who read records.
    "partners:partner": Rule(
        *(SIGNED_IN, NOTHING, "200 search partners.contact"),
        but=dict.fromkeys(["communications", "auditor"], "200"),
    ),
    "partners:due": Rule(KEEPERS, NOTHING, "200 search partners.contact"),
    "partners:add_partner partners:amend_partner partners:add_contact": Rule(
        KEEPERS, NOTHING, "200"
    ),
    "partners:amend_contact": Rule(KEEPERS, NOTHING, "200 consultation contact"),
    "partners:remove_contact": Rule(
        KEEPERS, NOTHING, "200 consultation contact", f"{BACK_TO_PARTNER}, erasure contact"
    ),
    "partners:partner_checked partners:retire_partner partners:restore_partner": Rule(
        KEEPERS, NOTHING, NOT_TAKEN, BACK_TO_PARTNER
    ),
    "partners:training_programme": Rule(SIGNED_IN, NOTHING, "200 search partners.trainingsession"),
    "partners:session": Rule(SIGNED_IN, ENGAGED, READ_SESSION),
    "partners:amend_session partners:void_session": Rule(WRITERS, ENGAGED, "200", but=READS_ONLY),
    "partners:restore_session": Rule(
        SUPERVISORS, ENGAGED, NOT_TAKEN, BACK_TO_SESSION, but=ONLY_VOID
    ),
}
LOG: Lines = {
    "audit:log audit:groups audit:record audit:sample": Rule(AUDITOR, NOTHING, LIST_LOG),
    "audit:row audit:review": Rule(AUDITOR, NOTHING, READ_LOG),
    "audit:find": Rule(AUDITOR, NOTHING, NOT_TAKEN, "302 audit:log"),
    # Forms that ask what is wanted, and the list of the auditors' own draws.
    "audit:pack audit:samples audit:draw": Rule(AUDITOR, NOTHING, "200"),
}
ADMIN: Lines = {
    "admin:index admin:app_list": of_admin(ROW, "200"),
    "admin:jsi18n": of_admin(ROW, "200", NOT_TAKEN),
    "admin:autocomplete": of_admin(ROW, "403", NOT_TAKEN),
    "admin:view_on_site admin/(?P<url>.*)$": of_admin(ROW, "404"),
    # An initial password, shown once.
    "admin:accounts_user_sign_in": of_admin(
        *(ROW, "200 consultation user", "200 sign_in_change user, consultation user"),
        recent=True,
        keeps=frozenset({"accounts_user"}),
    ),
    "admin:summaries_summaryrun_run_now": of_admin(
        ROW, NOT_TAKEN, "302 admin:summaries_summaryrun_changelist"
    ),
}
KEPT_BY_ADMINISTRATORS = """
    campaigns.campaign campaigns.borough campaigns.basiccommandunit campaigns.commandmembership
    campaigns.team campaigns.programme campaigns.programmeyear campaigns.milestone accounts.user
    partners.partner partners.contact partners.engagementevent partners.participation
    partners.followup partners.trainingprogramme partners.trainingsession
    cases.reviewperiod cases.orderavailability
"""
CORRECTED_BY_ADMINISTRATORS = """
    cases.suspect cases.outcome cases.protectiveorder cases.orderbreach cases.disclosureapplication
    cases.evidencesubmission cases.maracreferral cases.caseflag
"""
READ_BY_ADMINISTRATORS = """
    cases.caseaccess cases.exclusion cases.lifting cases.reduction cases.reductioncase
    cases.outcomesupport cases.possibleduplicate cases.sentback cases.importedoutcome cases.casenote
    cases.riskassessment partners.confirmationlink partners.importedevent
    summaries.summaryrun summaries.dailytotal summaries.changedday summaries.restatement
    summaries.boroughreturn summaries.mailsent
"""
LEFT_OF_A_REDUCED_CASE = {"cases.case", "cases.outcome", "cases.suspect"}
"""What an administrator still reads, and no longer changes."""


def of_model(label: str, *, added: bool, changed: bool) -> Lines:
    """The admin's pages of one model. Nothing is deleted from there."""
    app, model = label.split(".")
    pages, read = f"admin:{app}_{model}_", f"200 consultation {model}"
    of = ROW if model in UNSCOPED else ROW_OF_A_CASE if app == "cases" else ROW
    of, but = (ROW_LEFT, {"reduced POST": "403"}) if label in LEFT_OF_A_REDUCED_CASE else (of, {})
    return {
        f"{pages}changelist": of_admin(ROW, f"200 search {label}"),
        f"{pages}add": of_admin(ROW, "200" if added else "403"),
        f"{pages}change": of_admin(of, read, AS_GET if changed else "403", but=but),
        f"{pages}history": of_admin(of, read),
        f"{pages}delete": of_admin(ROW, "403"),
        f"admin/{app}/{model}/<path:object_id>/": of_admin(ROW, f"302 {pages}change"),
    }


UNSCOPED = {"reviewperiod", "orderavailability"}
"""Rows of the app of cases that are of no case."""


def _by_name(lines: Iterable[Lines]) -> dict[str, Rule]:
    table: dict[str, Rule] = {}
    for line in lines:
        for names, rule in line.items():
            for name in names.split():
                assert name not in table, f"{name} has two rules"
                table[name] = rule
    return table


TABLE = _by_name(
    [
        *(SERVICE, SIGNING_IN, ACCOUNT, LISTS, LOGGING, ENTRIES, CASES, GUARDING, IMPORTS),
        *(REVIEWING, FIGURES, PARTNERS, LOG, ADMIN),
        *(of_model(of, added=True, changed=True) for of in KEPT_BY_ADMINISTRATORS.split()),
        *(of_model(of, added=True, changed=True) for of in CORRECTED_BY_ADMINISTRATORS.split()),
        # A case begins with its first entry.
        of_model("cases.case", added=False, changed=True),
        *(of_model(of, added=False, changed=False) for of in READ_BY_ADMINISTRATORS.split()),
    ]
)
