"""Questions made up from the document of the API, asked of a running server in somebody's name, and what was wrong."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import IPv4Address
from itertools import count
from typing import Any

import schemathesis
from hypothesis import strategies
from schemathesis.engine import events, from_schema
from schemathesis.engine.recorder import ScenarioRecorder

from api.app import create_app
from api.bearers import Bearers
from roads.domain.actors import Role
from roads.queries.accounts import SignedIn
from roads.settings import Settings
from tests.fuzz.world import World
from tests.pictures import asphalt, exif_of, written
from tests.served import Server

NOBODY = "nobody"
PICTURES = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
CHECKS = {
    # That what fits its schema may still be wrong (a day to come, a carriageway nobody knows) is what 422 is for.
    "positive_data_acceptance": {"enabled": False},
    # Rows of others are tested where rows are; here everybody acts in one world.
    "object_level_authorization": {"enabled": False},
}


@dataclass(frozen=True)
class Bounds:
    """How much is asked: in how many seconds (0: once through), how often each, and how long a chain may be."""

    seed: int
    seconds: int = 0
    examples: int = 10
    chain: int = 6
    with_coverage: bool = True


@dataclass(frozen=True)
class Wrong:
    """An answer that is not as it should be, and how to ask for it again."""

    operation: str
    check: str
    words: str
    again: str

    def __str__(self) -> str:
        return f"{self.operation}: {self.words}\n    {self.again}"


@dataclass
class Heard:
    """What was answered: how many requests by status, and what was wrong, each kind once."""

    statuses: Counter[int] = field(default_factory=Counter)
    operations: Counter[str] = field(default_factory=Counter)
    wrong: dict[tuple[str, str], Wrong] = field(default_factory=dict)
    troubles: list[str] = field(default_factory=list)

    @property
    def requests(self) -> int:
        return self.statuses.total()

    def note(self, recorder: ScenarioRecorder) -> None:
        """Take in what one chain of questions was answered."""
        for case_id, asked in recorder.interactions.items():
            if asked.response is not None:
                self.statuses[asked.response.status_code] += 1
                self.operations[recorder.cases[case_id].value.operation.label] += 1
        for case_id, checks in recorder.checks.items():
            label = recorder.cases[case_id].value.operation.label
            for check in checks:
                if check.failure_info is not None:
                    failure = check.failure_info.failure
                    words = " ".join(f"{failure.title}: {failure.message}".split())
                    found = Wrong(label, check.name, words, check.failure_info.code_sample)
                    self.wrong.setdefault((label, failure.title), found)


def document() -> dict[str, Any]:
    """The document of the API as it is now."""
    return create_app(Settings(database_url="postgresql://nowhere/")).openapi()


def ask(server: Server, world: World, who: str, bounds: Bounds, say: Callable[[Wrong], None] = lambda _: None) -> Heard:
    """Ask within bounds, in the name of somebody in a role or in nobody's; `say` is told at once of what is wrong."""
    config = schemathesis.Config.from_dict(_config(server, world, bounds))
    schema = schemathesis.openapi.from_dict(document(), config=config)
    if who != NOBODY:
        schema.auth(refresh_interval=None)(_signed(server.bearers, world.people[Role(who)]))
    heard = Heard()
    for event in from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            known = set(heard.wrong)
            heard.note(event.recorder)
            for key in heard.wrong.keys() - known:
                say(heard.wrong[key])
        elif isinstance(event, events.NonFatalError):
            heard.troubles.append(f"{event.label}: {event.value}")
        elif isinstance(event, events.FatalError):
            raise event.exception
    return heard


def _signed(bearers: Bearers, signed_in: SignedIn) -> type:
    class Signed:
        """Shows a fresh bearer token with each question: a long run outlives one."""

        def get(self, _case: Any, _context: Any) -> str:
            return f"Bearer {bearers.sign(signed_in, datetime.now(UTC))}"

        def set(self, case: Any, header: str, _context: Any) -> None:
            case.headers["Authorization"] = header

    return Signed


def _config(server: Server, world: World, bounds: Bounds) -> dict[str, Any]:
    config: dict[str, Any] = {
        "base-url": server.address,
        "seed": bounds.seed,
        "workers": 1,
        "continue-on-failure": True,
        "suppress-health-check": ["all"],
        "request-timeout": 60.0,
        "checks": CHECKS,
        "generation": {
            "max-examples": bounds.examples,
            "database": "none",
            "dictionaries": {
                "integer": {"dictionary": "ids", "probability": 0.6},
                "string": {"dictionary": "words", "probability": 0.2},
            },
        },
        "phases": {
            "coverage": {"enabled": bounds.with_coverage},
            "stateful": {"max-steps": bounds.chain},
        },
        "dictionaries": {
            "ids": {"values": list(world.ids)},
            "words": {"values": [*world.source_ids, *world.logins, world.password, "2024-06-03", "pothole"]},
        },
    }
    if bounds.seconds:
        config["max-time"] = bounds.seconds
    return config


# --- bodies that are no JSON


def _pictures(kind: str) -> strategies.SearchStrategy[bytes]:
    """Photos, photos cut off, and what is none."""
    exif = exif_of(taken="2024:06:03 12:00:00", at=(70.01, 50.0), orientation=6)
    whole = [written(asphalt(number, 160, 120), kind, exif=exif) for number in range(4)]
    cut = [content[: len(content) // 2] for content in whole[:2]]
    return strategies.one_of(strategies.sampled_from([*whole, *cut]), strategies.binary(max_size=200))


for media_type, kind in PICTURES.items():
    schemathesis.openapi.media_type(media_type, _pictures(kind))
schemathesis.serializer.alias(["image/heic", "image/heif", "image/jpg"], "image/jpeg")


# --- where questions come from

_addresses = count(int(IPv4Address("10.0.0.1")))


@schemathesis.hook("before_call")
def from_elsewhere(_context: Any, case: Any, _options: Any) -> None:
    """Each from an address of its own: else the door would soon answer nothing but 429."""
    case.headers["X-Forwarded-For"] = str(IPv4Address(next(_addresses)))
