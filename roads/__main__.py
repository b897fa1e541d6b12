"""The command line: `python -m roads --help`."""

import typer

from roads.commands import attribution, contracts, database, defects, exports, inspections, network

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)
for subject in (attribution, contracts, database, defects, exports, inspections, network):
    app.registered_commands.extend(subject.app.registered_commands)

if __name__ == "__main__":
    app(prog_name="python -m roads")
