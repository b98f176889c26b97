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
    for tests in (audit, campaigns, accounts, partners, cases, barred, case_work, summaries)
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
    raised_by_triggers = {"cases_outcome_merged_into_counted"}
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
        *("SEAL_EVERY_MINUTES", "SESSION_IDLE_MINUTES", "SESSION_HOURS"),
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
