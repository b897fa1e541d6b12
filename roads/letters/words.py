"""How letters say things: days, places, sizes and grounds, in the words of their language."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from babel.dates import format_date
from babel.numbers import format_decimal

from geo.chainage import format_cm
from roads.domain.letters import Basis, LetterLine
from roads.i18n import say, source_in

MONTHS_KK = (
    ("қаңтар", "дағы"), ("ақпан", "дағы"), ("наурыз", "дағы"), ("сәуір", "дегі"), ("мамыр", "дағы"), ("маусым", "дағы"),
    ("шілде", "дегі"), ("тамыз", "дағы"), ("қыркүйек", "тегі"), ("қазан", "дағы"), ("қараша", "дағы"),
    ("желтоқсан", "дағы"),
)  # fmt: skip
"""The months with the ending of "of that day"."""


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language."""

    language: str

    def say(self, key: str, **facts: object) -> str:
        """The sentence of a key with its facts."""
        return say(key, self.language, facts)

    def day(self, day: date | None) -> str:
        """A day in words, as letters write it; a dash for none."""
        if day is None:
            return "-"
        if self.language == "kk":
            return f"{day.year} жылғы {day.day} {MONTHS_KK[day.month - 1][0]}"
        return format_date(day, "d MMMM y 'года'" if self.language == "ru" else "d MMMM y", locale=self.language)

    def dated(self, day: date) -> str:
        """A day before what bears it: of 12 June 2026. In Kazakh it takes an ending that sounds with the month."""
        if self.language != "kk":
            return self.day(day)
        month, ending = MONTHS_KK[day.month - 1]
        return f"{day.year} жылғы {day.day} {month}{ending}"

    def short(self, day: date | None) -> str:
        """A day in figures, for tables; a dash for none."""
        return day.strftime("%d.%m.%Y") if day else "-"

    def chainage(self, line: LetterLine) -> str:
        """Where the line is along its road: one chainage, or from and to of a stretch longer than a metre."""
        start, end = format_cm(line.from_cm), format_cm(line.to_cm)
        return start if line.to_cm - line.from_cm <= 100 or start == end else f"{start} - {end}"

    def road(self, line: LetterLine) -> str:
        """The road by reference and, where it has one, by name."""
        name = line.names.get(self.language) or next(iter(line.names.values()), "")
        return f"{line.road}, {name}" if name and name != line.road else line.road

    def direction(self, line: LetterLine) -> str:
        """Which carriageway of a divided road; nothing where there is one only."""
        return "" if line.direction == "single" else self.say(f"direction.{line.direction}")

    def defect(self, line: LetterLine) -> str:
        """What is wrong there: the type and how bad it is."""
        named = line.distress or {}
        kind = named.get(self.language) or self.say("letter.defect_of", element=self.say(f"element.{line.element}"))
        return f"{kind}, {self.say(f'severity.{line.severity}')}" if line.severity else kind

    def sizes(self, line: LetterLine) -> str:
        """What was measured, in the units of the trade; empty where nothing was."""
        sizes = line.sizes
        told = [
            self.say(f"letter.size.{name}", figure=self.figure(figure))
            for name, figure in (
                ("length", sizes.length_m),
                ("width", sizes.width_m),
                ("depth", sizes.depth_mm),
                ("count", sizes.count),
            )
            if figure is not None
        ]
        return ", ".join(told)

    def figure(self, figure: float) -> str:
        """A figure with the decimal sign of the language."""
        return format_decimal(round(figure, 2), locale=self.language)

    def deadline(self, line: LetterLine) -> str:
        """Where the deadlines of a line come from."""
        told = []
        for key, basis, by in (("safety", line.safety, line.safety_by), ("rectify", line.rectify, line.rectify_by)):
            if basis is not None and by is not None:
                told.append(self.say(f"letter.basis.{key}", basis=self.basis(basis)))
        return "; ".join(told)

    def basis(self, basis: Basis) -> str:
        """A ground in words; a rule that nobody has confirmed says so."""
        words = self.say(f"deadline_from.{basis.origin}")
        if basis.rule:
            words = f"{words} ({source_in(self.language, basis.rule)})"
        return words if basis.is_confirmed else f"{words}, {self.say('letter.unconfirmed')}"

    def term(self, line: LetterLine) -> str:
        """Why the place is under warranty."""
        stated = self.say("letter.term.months", months=line.months) if line.months else ""
        by = self.say(f"letter.term.{line.term.origin}", rule=source_in(self.language, line.term.rule or ""))
        words = f"{stated}, {by}" if stated else by
        return words if line.term.is_confirmed else f"{words}, {self.say('letter.unconfirmed')}"

    def grounds(self, lines: Sequence[LetterLine]) -> list[tuple[str, str]]:
        """The grounds of the lines, each once with the numbers of its lines."""
        found: dict[str, list[int]] = {}
        for line in lines:
            told = [self.say("letter.basis.term", basis=self.term(line)), self.deadline(line)]
            found.setdefault("; ".join(one for one in told if one), []).append(line.number)
        return [(in_ranges(numbers), words) for words, numbers in found.items()]


def in_ranges(numbers: Sequence[int]) -> str:
    """Numbers as people list them: `1-3, 5`."""
    told: list[list[int]] = []
    for number in sorted(set(numbers)):
        if told and number == told[-1][-1] + 1:
            told[-1] = [told[-1][0], number]
        else:
            told.append([number])
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in told)
