"""Whatever is asked of the API, by nobody and by people of each role, it answers as its own document says.

These are few questions, the same each time. `make fuzz` asks for as long as one likes, also at every boundary and with
every wrong type of each field.
"""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection

from roads.db import open_engine
from roads.domain.actors import Role
from roads.media import MediaFolder
from tests.conftest import cloned
from tests.fuzz.asking import NOBODY, Bounds, ask, document
from tests.fuzz.world import World, make_world
from tests.served import Server

FEW = Bounds(seed=1, examples=2, chain=3, with_coverage=False)


@pytest.fixture(scope="module")
def served(
    admin: Connection, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Server, World]]:
    """A server as it is run, and a small world in its database."""
    folder = tmp_path_factory.mktemp("asked")
    with cloned(admin, template) as url:
        engine = open_engine(url)
        world = make_world(engine, MediaFolder(folder / "media"))
        engine.dispose()
        with Server(url, folder / "media", folder / "log").running() as server:
            yield server, world


@pytest.mark.slow
@pytest.mark.parametrize("who", [NOBODY, *Role])
def test_no_question_breaks_the_api(served: tuple[Server, World], who: str) -> None:
    server, world = served
    heard = ask(server, world, who, FEW)
    assert not heard.wrong, "\n".join(map(str, heard.wrong.values()))
    assert not heard.troubles
    operations = {f"{method.upper()} {path}" for path, item in document()["paths"].items() for method in item}
    assert set(heard.operations) == operations
