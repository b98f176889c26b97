"""The scoping check: it finds each way past `visible_to`, and the project has none."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from core.scoping import DOORS, Sensitive, doors, leaks, main, sensitive

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def names() -> Sensitive:
    return sensitive()


def found(source: str, names: Sensitive) -> list[str]:
    return [words for _, words in leaks(source, names)]


@pytest.mark.parametrize(
    "source",
    [
        "Case.objects.get(pk=1)",
        "Case.objects.all().visible_to(user)",
        "models.Outcome.objects.filter(kind='arrest')",
        "Outcome._default_manager.all()",
        "Suspect._base_manager.count()",
        "rows = DailyTotal.objects",
        "queryset = Restatement.objects.none()",
    ],
)
def test_a_manager_of_a_scoped_model_is_a_leak(source: str, names: Sensitive) -> None:
    assert len(found(source, names)) == 1


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("get_object_or_404(Case, pk=1)", "get_object_or_404(Case, pk=1)"),
        ("shortcuts.get_list_or_404(models.Outcome)", "shortcuts.get_list_or_404(models.Outcome)"),
        ("await aget_object_or_404(Suspect, pk=1)", "aget_object_or_404(Suspect, pk=1)"),
        ("get_object_or_404(Case.objects, pk=1)", "Case.objects"),
        ("apps.get_model('cases', 'Case')", "apps.get_model('cases', 'Case')"),
    ],
)
def test_a_shortcut_to_a_scoped_model_is_a_leak(source: str, words: str, names: Sensitive) -> None:
    assert found(source, names) == [words]


@pytest.mark.parametrize(
    "words",
    [
        "case.outcomes",
        "self.case.suspects",
        "borough.cases",
        "team.supported_outcomes",
        "user.logged_outcomes",
        "outcome.duplicates",
        "outcome.support",
        "outcome.flags",
        "outcome.later_flags",
        "borough.events",
        "partner.training_sessions",
        "run.restatements",
    ],
)
def test_a_related_manager_that_leads_to_a_scoped_model_is_a_leak(
    words: str, names: Sensitive
) -> None:
    assert found(f"{words}.all()", names) == [words]


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("class CaseList(ListView):\n    model = Case", "CaseList.model"),
        ("class CaseList(ListView):\n    model: type = models.Case", "CaseList.model"),
        ("class Rows(TabularInline):\n    model = Suspect", "Rows.model"),
        ("class CaseList(ListView):\n    queryset = Case.objects", "Case.objects"),
        ("ListView.as_view(model=Case)", "ListView.as_view(model=Case)"),
        ("modelformset_factory(Case, fields=[])", "modelformset_factory(Case, fields=[])"),
        ("getattr(thing, 'objects').all()", "getattr(thing, 'objects')"),
        ("getattr(Case, '_base_manager')", "getattr(Case, '_base_manager')"),
        ("getattr(case, 'outcomes', None)", "getattr(case, 'outcomes', None)"),
        ("OutcomeFilter(request.GET)", "OutcomeFilter(request.GET)"),
        ("filters.CaseFilter(data=request.GET)", "filters.CaseFilter(data=request.GET)"),
        ("ModelChoiceField(queryset=Case.objects.all())", "Case.objects"),
        ("connection.cursor()", "connection.cursor()"),
        ("Campaign.objects.raw(sql)", "Campaign.objects.raw(sql)"),
        ("rows.extra(tables=['cases_case'])", "rows.extra(tables=['cases_case'])"),
        ("rows.annotate(n=RawSQL(sql, []))", "RawSQL(sql, [])"),
    ],
)
def test_whatever_takes_the_rows_by_itself_is_a_leak(
    source: str, words: str, names: Sensitive
) -> None:
    assert found(source, names) == [words]


FORM = "class Form(ModelForm):\n{}    class Meta:\n        model = {}\n{}"


@pytest.mark.parametrize(
    ("declared", "model", "fields", "offered"),
    [
        ("", "Suspect", "fields = ['number', 'case']", ["case"]),
        ("", "Outcome", "fields = ('case', 'suspect', 'kind')", ["case", "suspect"]),
        ("", "Outcome", "fields = {'case': ['exact']}", ["case"]),
        ("", "Suspect", "fields = '__all__'", ["case"]),
        ("", "Suspect", "exclude = ['number']", ["case"]),
        ("    case = CaseField()\n", "Suspect", "fields = ['number', 'case']", []),
        ("", "Suspect", "fields = ['number']", []),
        ("", "Outcome", "fields: tuple[str, ...] = ()", []),
        ("", "Campaign", "fields = '__all__'", []),
    ],
)
def test_a_form_that_offers_every_row_of_a_scoped_model_is_a_leak(
    declared: str, model: str, fields: str, offered: list[str], names: Sensitive
) -> None:
    source = FORM.format(declared, model, f"        {fields}\n")
    assert found(source, names) == [f"Form.Meta.fields: {name}" for name in offered]


@pytest.mark.parametrize(
    "source",
    [
        "class SuspectInline(ScopedInline):\n    model = Suspect",
        "class TeamList(ListView):\n    model = Team",
        "TeamList.as_view(model=Team)",
        "OutcomeFilter(request.GET, queryset=rows)",
        "OutcomeFilter(request.GET, rows)",
        "getattr(case, 'outcomes').visible_to(user)",
        "getattr(order, 'expires_on')",
        "from cases.views import outcomes\noutcomes.suspects",
        "Case.objects.visible_to(user)",
        "Case.objects.visible_to(user).filter(pk=1).first()",
        "get_object_or_404(Case.objects.visible_to(user), pk=1)",
        "case.outcomes.visible_to(user).counted()",
        "Campaign.objects.all()",
        "get_object_or_404(Campaign, slug=slug)",
        "Case(reference='1/21')",
        "self.events = 1",
    ],
)
def test_whatever_enters_through_the_verb_passes(source: str, names: Sensitive) -> None:
    assert found(source, names) == []


def test_a_leak_names_its_line(names: Sensitive) -> None:
    source = "def view(request):\n    case = None\n    return Case.objects.first()\n"
    assert list(leaks(source, names)) == [(3, "Case.objects")]


def test_the_scoped_models_are_these(names: Sensitive) -> None:
    assert names.models == {
        *("Case", "Suspect", "Outcome", "OutcomeSupport", "PossibleDuplicate"),
        *("ProtectiveOrder", "OrderBreach", "DisclosureApplication", "EvidenceSubmission"),
        *("CaseNote", "RiskAssessment", "MaracReferral", "CaseFlag"),
        *("SentBack", "Draft", "SavedFilter"),
        *("Import", "ImportFile", "ImportedOutcome", "ImportedEvent"),
        *("EngagementEvent", "TrainingSession", "Participation", "FollowUp"),
        *("ConfirmationLink", "Contact", "CalendarLink"),
        *("DailyTotal", "Restatement"),
        *("KeptForm", "BreakGlass", "CaseAccess", "Exclusion", "Lifting"),
        *("Reduction", "ReductionCase", "BoroughReturn"),
    }


@pytest.mark.parametrize("door", DOORS)
def test_every_kind_of_door_is_read(door: str, tmp_path: Path, names: Sensitive) -> None:
    app = tmp_path / "cases"
    (app / door).mkdir(parents=True)
    for path in (app / "__init__.py", app / f"{door}.py", app / door / "__init__.py"):
        path.write_text("")
    (app / door / "one.py").write_text("Case.objects.get(pk=1)")
    (app / "actions.py").write_text("Case.objects.get(pk=1)")
    read = {path.relative_to(app).as_posix() for path in doors(tmp_path)}
    assert read == {f"{door}.py", f"{door}/__init__.py", f"{door}/one.py"}


def test_the_project_has_no_leak(capsys: pytest.CaptureFixture[str], names: Sensitive) -> None:
    assert main() == 0
    said = capsys.readouterr()
    read = int(said.out.removeprefix("Scoping: ").split()[0])
    found = f"Scoping: {read} doors read, {len(names.models)} scoped models, 0 leaks\n"
    assert (said.out, said.err) == (found, "")
    assert read == len(list(doors(ROOT)))
    assert read > 8


LEAKS = {
    "cases/views/case.py": "def leak(pk):\n    return Case.objects.get(pk=pk)\n",
    "cases/admin/cases.py": "def leak(pk):\n    return Case.objects.get(pk=pk)\n",
    "cases/filters.py": "def leak(request):\n    return Case.objects.get(pk=1)\n",
    "cases/exports.py": "leak = lambda pk: Case.objects.get(pk=pk)\n",
    "cases/tasks.py": "def leak(pk):\n    return Case.objects.get(pk=pk)\n",
}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The product as it stands, to be spoilt."""
    apps = {path.parent.name for path in ROOT.glob("*/apps.py")}
    for app in {*apps, "config"}:
        shutil.copytree(ROOT / app, tmp_path / app, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def run(where: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "core.scoping"],
        cwd=where,
        env=os.environ | {"PYTHONPATH": str(where)},
        capture_output=True,
        text=True,
    )


def test_the_check_fails_on_a_leak_in_a_view_an_admin_a_filter_an_export_and_a_task(
    copy: Path,
) -> None:
    assert run(copy).returncode == 0
    told = set()
    for door, leak in LEAKS.items():
        source = (copy / door).read_text()
        (copy / door).write_text(f"{source}\n\nfrom cases.models import Case\n\n{leak}")
        line = len(source.splitlines()) + 4 + leak[: leak.index("Case.")].count("\n") + 1
        told.add(f"{door}:{line}: Case.objects does not go through visible_to(user)")
    ran = run(copy)
    assert (ran.returncode, {*ran.stderr.splitlines()}) == (1, told)


def test_a_leak_in_the_project_is_named_and_fails_the_check(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def one_door(root: Path) -> list[Path]:
        return [ROOT / "cases" / "views.py"]

    def one_leak(path: Path) -> str:
        return "\nCase.objects.get(pk=1)\n"

    monkeypatch.setattr("core.scoping.doors", one_door)
    monkeypatch.setattr(Path, "read_text", one_leak)
    assert main() == 1
    assert capsys.readouterr().err == (
        "cases/views.py:2: Case.objects does not go through visible_to(user)\n"
    )
