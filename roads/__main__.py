"""The command line: `python -m roads --help`."""

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

COMMANDS = {
    "create-user": "accounts",
    "issue-token": "accounts",
    "reset-link": "accounts",
    "why": "attribution",
    "import-contracts": "contracts",
    "import-events": "contracts",
    "import-rules": "contracts",
    "monitor": "contracts",
    "migrate": "database",
    "check": "database",
    "import-defects": "defects",
    "import-inspections": "inspections",
    "export": "exports",
    "verify-ledger": "ledger",
    "import-network": "network",
    "import-posts": "network",
    "state-address": "notices",
    "make-webhook": "notices",
    "read-bounce": "notices",
}
"""Each command and the module in `roads.commands` that has it."""


class Commands(TyperGroup):
    """Loads only the module of the command that is asked for: all of them take longer to load than most to run."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 (as it is called)
        """All commands, in the order of the help page."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 (as it is called)
        """The command of that name, or None."""
        if cmd_name not in COMMANDS:
            return None
        subject = import_module(f"roads.commands.{COMMANDS[cmd_name]}")
        return typer.main.get_group(subject.app).commands[cmd_name]


app = typer.Typer(cls=Commands, no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)


@app.callback()
def roads() -> None:
    """Who answers for each metre of road, on which day, and did they mend it."""


if __name__ == "__main__":
    app(prog_name="python -m roads")
