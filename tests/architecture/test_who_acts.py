"""What answers people never works on everybody's rows: `transaction` does so unless it is told otherwise."""

import ast
from pathlib import Path

API = Path(__file__).parents[2] / "api"
ALLOWED = {"Role.APP", "Role.ACCOUNTS", "Role.CITIZENS", "Role.PUBLIC"}


def roles_taken() -> list[tuple[str, str]]:
    """File and role of every transaction that `api/` opens; the role is '' where it is not named."""
    found = []
    for path in sorted(API.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "transaction":
                named = [one.value for one in node.keywords if one.arg == "role"] + node.args[1:2]
                found.append((path.name, ast.unparse(named[0]) if named else ""))
    return found


def test_every_transaction_of_the_api_names_a_role_that_is_held_by_rows() -> None:
    taken = roles_taken()
    assert taken
    assert [one for one in taken if one[1] not in ALLOWED] == []
