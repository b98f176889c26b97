"""The repository tests itself: nothing is added without what belongs to it."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.apps import apps
from django.core.management import call_command
from django.db import connection

from summaries.measures import MEASURES
from tests.accounts import test_models as accounts
from tests.audit import test_rules as audit
from tests.campaigns import test_rules as campaigns
from tests.cases import test_barred_rules as barred
from tests.cases import test_retention_rules as retention
from tests.cases import test_rules as cases
from tests.cases import test_work_rules as case_work
from tests.core.test_triggers import REFUSING, trigger
from tests.factories import BY_MODEL
from tests.partners import test_rules as partners
from tests.summaries import test_rules as summaries
from tests.test_admin import MODELS, OURS

ROOT = Path(__file__).resolve().parent.parent
RULES = {
    rule.name
    for tests in (
        *(audit, campaigns, accounts, partners, cases, barred, case_work, retention),
        summaries,
    )
    for rule in tests.RULES
}
HELD_UP_BY_ANOTHER = {"cases_suspect_of_its_case"}
"""Rules that no row can break alone; `tests/cases/test_rules.py` says why."""


def test_every_model_has_a_factory() -> None:
    assert set(BY_MODEL) == {*MODELS, *apps.get_app_config("audit").get_models()}


@pytest.mark.django_db
@pytest.mark.parametrize("model", BY_MODEL)
def test_every_factory_builds_a_right_row(model: Any) -> None:
    row = BY_MODEL[model].create()
    row.full_clean(exclude=["password"])


@pytest.mark.django_db
def test_every_named_rule_of_the_database_has_a_test_that_breaks_it() -> None:
    declared = {
        constraint.name
        for app in [*OURS, "audit"]
        for model in apps.get_app_config(app).get_models(include_auto_created=True)
        for constraint in model._meta.constraints
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE contype = 'f' AND cardinality(conkey) > 1"
        )
        over_two_columns = {name for (name,) in cursor.fetchall()}
    raised_by_triggers = {
        *("cases_outcome_merged_into_counted", "cases_case_reduced_by_two"),
        *("cases_case_reduced_for_good", "cases_case_takes_nothing_once_reduced"),
    }
    assert declared | over_two_columns | raised_by_triggers == RULES | HELD_UP_BY_ANOTHER


@pytest.mark.django_db
def test_every_trigger_that_refuses_has_a_test_that_provokes_it() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid"
            " WHERE NOT tgisinternal AND prosrc LIKE '%RAISE EXCEPTION%'"
        )
        refusing = {name for (name,) in cursor.fetchall()}
    provoked = {
        trigger(apps.get_model(label), name) for label, name in (uri.split(":") for uri in REFUSING)
    }
    assert refusing == provoked


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


VARIABLES = re.compile(
    r"""(?:env\.\w+|_required|environ\.get|getenv)\(\s*["'](\w+)["']|environ\[["'](\w+)["']\]"""
)


def test_every_environment_variable_is_in_the_readme() -> None:
    read = {
        one or other
        for path in sources("*.py")
        if not path.is_relative_to(ROOT / "tests")
        for one, other in VARIABLES.findall(path.read_text())
    }
    assert read == {
        *("MODE", "DEBUG", "SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "DATABASE_POOL"),
        *("REDIS_URL", "VAR_DIR", "PORT", "SECRET_KEY_FALLBACKS", "TRUSTED_PROXIES"),
        *("LOOKS_AN_HOUR", "SEAL_EVERY_MINUTES", "SESSION_IDLE_MINUTES", "SESSION_HOURS"),
        *("OIDC_SERVER_URL", "OIDC_NAME", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"),
        *("OIDC_USERNAME_CLAIM", "OIDC_ROLE_CLAIM", "OIDC_ROLES", "OIDC_BOROUGHS_CLAIM"),
        *("OIDC_CREATE", "OIDC_SECOND_FACTOR"),
        *("EMAIL_URL", "EMAIL_FROM", "SITE_URL"),
    }
    readme = (ROOT / "README.md").read_text()
    assert {name for name in read if not re.search(rf"\b{name}\b", readme)} == set()


def test_every_measure_is_in_the_docs_with_its_label_and_unit() -> None:
    docs = (ROOT / "docs" / "measures.md").read_text()
    words = {word for m in MEASURES for word in (f"`{m.slug}`", m.label, m.unit.value)}
    assert {word for word in words if word not in docs} == set()


def sources(pattern: str = "*") -> list[Path]:
    """The files of the repository, with those not committed yet."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    paths = [ROOT / name for name in listed.split("\0") if name]
    return [path for path in paths if path.is_file() and path.match(pattern)]


REGISTRIES = r"py[p]i\.org|python[h]osted|npm[j]s|arti[f]actory|j[f]rog"
MACHINES = r"(?<![\w.])/(?:ro[o]t|wor[k]|hom[e]/\w+|User[s]/\w+)/"


def test_no_file_names_a_registry_or_a_place_on_someones_machine() -> None:
    odd = re.compile(f"{REGISTRIES}|{MACHINES}".encode())
    found = {
        f"{path.relative_to(ROOT)}: {match.group().decode()}"
        for path in sources()
        for match in odd.finditer(path.read_bytes())
    }
    assert found == set()


SECRETS = re.compile(
    rb"""-----BEGIN[ A-Z]*PRIVATE[ ]KEY-----
    | \b(?:AKIA|ASIA)[0-9A-Z]{16}\b                  # a cloud's access key
    | \b(?:gh[pousr]|glpat|xox[abprs])[-_][\w-]{20,}  # a token of a service
    | \beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.              # a signed token
    | (?i:secret|password|passwd|token|api_?key)\w*["']?\s*[:=]\s*["'][\w+/=-]{24,}["']
    | \w://[^\s:/@$]+:(?!password@)[^\s:/@$]+@     # an address with its password""",
    re.VERBOSE,
)
SAID_TO_EVERYBODY = {b'PASSWORD = "orange-scarves-by-the-river"'}
"""The demo's, which lets nobody in where MODE=production."""


def test_no_file_holds_a_secret() -> None:
    found = {
        f"{path.relative_to(ROOT)}: {match.group().decode()}"
        for path in sources()
        for match in SECRETS.finditer(path.read_bytes())
        if match.group() not in SAID_TO_EVERYBODY
    }
    assert found == set()


@pytest.mark.parametrize(
    "secret",
    [
        "-----BEGIN RSA " + "PRIVATE KEY-----",
        "AKIA" + "A1B2C3D4E5F6G7H8",
        "ghp_" + "x" * 36,
        "SECRET_KEY" + f' = "{"x" * 50}"',
        "postgresql" + "://days:hunter2@db/days",
    ],
)
def test_a_secret_would_be_found(secret: str) -> None:
    assert SECRETS.search(secret.encode())


@pytest.mark.parametrize("name", ["base.txt", "dev.txt"])
def test_every_package_is_pinned_to_its_hashes(name: str) -> None:
    lock = (ROOT / "requirements" / name).read_text().replace("\\\n", " ")
    unpinned = [
        line
        for line in lock.splitlines()
        if not re.fullmatch(
            r"[\w.-]+(\[[\w,-]+\])?==[\w.!+]+( ; [^#]+?)?(\s+--hash=sha256:[0-9a-f]{64})+\s*", line
        )
    ]
    assert unpinned == []
    assert len(lock.splitlines()) > 10


def packages(name: str) -> dict[str, str]:
    lock = (ROOT / "requirements" / name).read_text()
    return dict(re.findall(r"^([\w.-]+)(?:\[[\w,-]+\])?==([\w.!+]+)", lock, re.MULTILINE))


def test_what_runs_is_what_was_tested() -> None:
    base, dev = packages("base.txt"), packages("dev.txt")
    assert {name: dev.get(name) for name in base} == base


def test_the_image_is_built_from_the_product_alone() -> None:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    code = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "bench"}
    assert "*" in lines
    assert {line[1:] for line in lines if line.startswith("!")} == code | {
        *(".npmrc", "LICENSE", "manage.py", "package.json", "package-lock.json"),
        *("requirements/base.txt", "static/src", "templates"),
    }


def test_docker_compose_has_the_whole_product_and_watches_its_health() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    image_has_its_own = "\nHEALTHCHECK " in (ROOT / "Dockerfile").read_text()
    watched = {
        name
        for name, service in services.items()
        if "test" in service.get("healthcheck", {})
        or (image_has_its_own and "build" in service and "healthcheck" not in service)
    }
    assert watched >= {"postgres", "redis", "web", "worker", "beat"}


UP_TO_LEVEL_2 = """
1.1:1-2 1.2:1-9 1.3:1-11 1.4:1-3 1.5:1-2 2.1:1-3 2.2:1-3 2.3:1-4 2.4:1-1 3.2:1-2 3.3:1-4 3.4:1-6
3.5:1-5 3.7:1-2 4.1:1-3 4.2:1-1 4.3:1-2 4.4:1-4 5.1:1-1 5.2:1-3 5.3:1-2 5.4:1-3 6.1:1-3 6.2:1-12
6.3:1-4 6.4:1-4 6.5:1-5 6.6:1-3 6.8:1-4 7.1:1-3 7.2:1-4 7.3:1-2 7.4:1-5 7.5:1-2 7.6:1-2 8.1:1-2
8.2:1-3 8.3:1-1 8.4:1-1 9.1:1-3 9.2:1-4 10.1:1-2 10.2:1-2 10.3:1-4 10.4:1-11 10.5:1-5 10.6:1-2
10.7:1-3 11.1:1-2 11.2:1-3 11.3:1-3 11.4:1-4 11.5:1-1 11.6:1-1 12.1:1-3 12.2:1-2 12.3:1-4 13.1:1-1
13.2:1-5 13.3:1-2 13.4:1-5 14.1:1-2 14.2:1-4 14.3:1-3 15.1:1-3 15.2:1-3 15.3:1-7 16.1:1-1 16.2:1-5
16.3:1-4 16.4:1-3 16.5:1-3 17.1:1-1 17.2:1-4 17.3:1-2
"""
"""The sections of OWASP ASVS 5.0.0, each with its first and last requirement of levels 1 and 2."""
OF_LEVEL_3 = ["1.2.10", "8.3.2"]
"""What we hold to as well."""


def requirements() -> list[list[str]]:
    """The rows of docs/security.md: id, what it asks, verdict, where, shown by."""
    page = (ROOT / "docs" / "security.md").read_text()
    lines = re.findall(r"^\| \*?\d+\.\d+\.\d+\*? \|.*\|$", page, re.MULTILINE)
    return [[cell.strip(" *") for cell in line.strip("|").split("|")] for line in lines]


def test_each_requirement_has_its_verdict_once() -> None:
    sections = re.findall(r"(\S+):(\d+)-(\d+)", UP_TO_LEVEL_2)
    asked = [f"{s}.{n}" for s, first, last in sections for n in range(int(first), int(last) + 1)]
    assert len(asked) == 253
    assert sorted(row[0] for row in requirements()) == sorted(asked + OF_LEVEL_3)
    verdicts = {"met": 0, "not applicable": 0, "not met": 0}
    for number, _, verdict, where, shown in requirements():
        verdicts[verdict] += number not in OF_LEVEL_3
        assert where, number
        assert verdict == "not applicable" or "tests/" in shown or ": " in shown, number
        assert (verdict == "not met") is ("needs: " in shown), number
    counted = ", ".join(f"{count} {verdict}" for verdict, count in verdicts.items())
    assert f"253 requirements: {counted}." in (ROOT / "docs" / "security.md").read_text()


def test_every_test_that_the_page_of_security_names_exists() -> None:
    page = (ROOT / "docs" / "security.md").read_text()
    named = set(re.findall(r"(tests/[\w/]+\.py)::(\w+)", page))
    assert len(named) > 100
    assert {
        f"{path}::{name}"
        for path, name in named
        if not re.search(rf"^\s*def {name}\(", (ROOT / path).read_text(), re.MULTILINE)
    } == set()
