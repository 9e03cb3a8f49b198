"""The README says what is so."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from keytui.domain.permissions import PERMISSIONS, Role
from keytui.services.report_lines import COLUMNS
from keytui.settings import Settings
from keytui.tui.screens.manage_users import ManageUsers
from keytui.tui.screens.profile import Profile

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
RECIPES = sorted((ROOT / "tests" / "verification" / "recipes").glob("*.py"))


def section(title: str) -> str:
    """Return a section of the README."""
    return README.split(f"\n## {title}\n")[1].split("\n## ")[0]


def cells(row: str) -> list[str]:
    """Return the cells of a row of a table."""
    return [cell.strip() for cell in row.strip().strip("|").split("|")]


def test_the_permission_table_is_the_program_s() -> None:
    """Row for row: what a user and what an administrator may do."""
    shown = [cells(row) for row in section("Who may do what").splitlines() if row.startswith("| ")]
    assert [
        [permission.value.lower(), reach[Role.USER].value, reach[Role.ADMINISTRATOR].value]
        for permission, reach in PERMISSIONS.items()
    ] == [[row[0].lower(), *row[1:]] for row in shown[1:]]


def test_every_place_to_change_is_there() -> None:
    """Each path in "I want to change ..." exists."""
    paths = re.findall(r"`(keytui/[^`]+)`", section("I want to change …"))
    assert len(paths) > 20
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_every_setting_is_named() -> None:
    """Each setting stands in the table, with its variable."""
    table = section("Settings and files")
    for field in fields(Settings):
        assert f"`{field.name}`" in table
        assert f"`KEYTUI_{field.name.upper()}`" in table


@pytest.mark.parametrize(("place", "screen"), [("Profile", Profile), ("Manage Users", ManageUsers)])
def test_the_key_map_names_every_letter(place: str, screen: type[Profile | ManageUsers]) -> None:
    """Each action's letter stands in the row of its screen."""
    row = next(row for row in section("Keys").splitlines() if row.startswith(f"| {place} "))
    assert [action.key for action in screen.ACTIONS if f"`{action.key}`" not in row] == []


def test_the_report_s_columns_are_named_in_their_order() -> None:
    """The columns as the report has them."""
    shown = re.findall(r"`([a-z_]+(?:, [a-z_]+)+)`", section("The report"))
    assert list(COLUMNS) == ", ".join(shown).split(", ")


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda path: path.stem)
def test_a_recipe_stands_as_it_was_run(recipe: Path) -> None:
    """The README shows the very program that its test runs."""
    assert recipe.read_text(encoding="utf-8").rstrip() in README


def test_each_of_the_two_commands_is_one_line() -> None:
    """One runs keytui, one passes its tests; .ci/run calls them as they stand."""
    lines = [line for line in README.splitlines() if line.startswith("python3 -m venv ")]
    assert [line.split("/")[-1] for line in lines] == ["keytui", "pytest"]
