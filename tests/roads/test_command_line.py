"""The command line as a whole: every command is found, and none loads what another one needs."""

import re
import subprocess
import sys
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

import pytest
from typer.main import get_group
from typer.testing import CliRunner

import roads.commands
from roads.__main__ import COMMANDS, app
from roads.domain import contracts, defects, events, inspections, rules
from roads.usecases import network_posts


def test_every_command_of_every_subject_is_on_the_command_line() -> None:
    subjects = {
        found.name: import_module(f"roads.commands.{found.name}") for found in iter_modules(roads.commands.__path__)
    }
    written = {
        name: subject
        for subject, module in subjects.items()
        if hasattr(module, "app")
        for name in get_group(module.app).commands
    }
    assert written == COMMANDS


def test_help_lists_all_commands_with_what_they_are_for() -> None:
    said = CliRunner().invoke(app, ["--help"]).output
    assert all(command in said for command in COMMANDS)
    assert "Roads from OpenStreetMap" in said


@pytest.mark.parametrize(
    ("command", "subject"),
    [
        ("import-contracts", contracts),
        ("import-events", events),
        ("import-rules", rules),
        ("import-defects", defects),
        ("import-inspections", inspections),
        ("import-posts", network_posts),
    ],
)
def test_help_of_an_import_names_every_column_its_table_may_have(command: str, subject: ModuleType) -> None:
    said = CliRunner().invoke(app, [command, "--help"]).output
    words = set(re.findall(r"\w+", said))
    assert {*subject.REQUIRED_COLUMNS, *subject.OTHER_COLUMNS} <= words


def test_an_unknown_command_is_exit_2() -> None:
    result = CliRunner().invoke(app, ["import-rivers"])
    assert (result.exit_code, "No such command" in result.output) == (2, True)


@pytest.mark.parametrize(
    "module", ["roads.__main__", "roads.commands.attribution", "roads.commands.database", "jobs.__main__"]
)
def test_what_is_started_often_loads_no_geodata_libraries(module: str) -> None:
    heavy = "{'pandas', 'pyogrio', 'pyarrow', 'shapely', 'geoalchemy2', 'openpyxl', 'numpy'}"
    asked = f"import sys, {module}; print(*sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_the_server_loads_nothing_that_reads_or_draws_files_of_geodata() -> None:
    """It writes geometry, and so loads the tables once, when it is started."""
    heavy = "{'pandas', 'geopandas', 'pyogrio', 'pyarrow', 'folium'}"
    asked = f"import sys, api.app; print(*sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
