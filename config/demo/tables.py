"""The tables of the demo, which stand in files beside its code."""

import csv
import tomllib
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def toml(name: str) -> dict[str, Any]:
    return tomllib.loads((HERE / f"{name}.toml").read_text(encoding="utf-8"))


def rows(name: str) -> list[dict[str, str]]:
    with (HERE / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
