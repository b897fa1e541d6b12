"""What the columns of a network file mean: our names, OpenStreetMap's tags, and what `--map` says."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from geo.chainage import parse_chainage
from geo.columns import Column, as_words, nothing, tag
from geo.errors import UnusableFile
from roads.domain.fields import FieldError, fold_reference
from roads.domain.network import Category, Direction, Significance

# Our fields and the columns they are looked for in, the first that is there.
KNOWN_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "source_id": ("source_id", "osm_id"),
    "reference": ("reference", "ref"),
    "name": ("name",),
    "name_kk": ("name_kk", "name:kk"),
    "name_ru": ("name_ru", "name:ru"),
    "name_en": ("name_en", "name:en"),
    "significance": ("significance",),
    "category": ("category",),
    "direction": ("direction",),
    "chainage_from": ("chainage_from",),
    "kato": ("kato",),
    "highway": ("highway",),
    "oneway": ("oneway",),
    "junction": ("junction",),
}
OTHER_TAGS = "other_tags"
TAGGED = frozenset({"reference", "name", "name_kk", "name_ru", "name_en", "highway", "oneway", "junction"})
SHAPEFILE_NAME_LENGTH = 10

NOT_FOR_MOTOR_TRAFFIC = frozenset({
    "footway", "path", "cycleway", "steps", "pedestrian", "track", "bridleway", "corridor", "elevator", "platform",
    "via_ferrata", "ladder", "proposed", "planned", "abandoned", "razed", "dismantled", "bus_stop", "crossing",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column of the file holds each of our fields; `tags` where OpenStreetMap's other tags are."""

    of: Mapping[str, str]
    tags: str | None
    is_openstreetmap_id: bool

    @property
    def names(self) -> list[str]:
        """The columns to be read."""
        return sorted({*self.of.values(), *([self.tags] if self.tags else [])})

    @property
    def has_ids(self) -> bool:
        """Whether features have an identity beside their shape."""
        return "source_id" in self.of


def choose_columns(file: str, found: Sequence[str], renamed: Mapping[str, str]) -> Columns:
    """Which columns to use. Case does not count, and a Shapefile's names end after ten letters.

    Errors: UnusableFile `no_such_field` or `no_such_column` for a `--map` that leads nowhere.
    """
    by_name = {name.lower(): name for name in reversed(found)}
    chosen = {}
    for field, names in KNOWN_COLUMNS.items():
        spellings = [spelling for name in names for spelling in (name, name[:SHAPEFILE_NAME_LENGTH])]
        if name := next((by_name[spelling] for spelling in spellings if spelling in by_name), None):
            chosen[field] = name
    for field, name in renamed.items():
        if field not in KNOWN_COLUMNS:
            raise UnusableFile(file=file, problem="no_such_field", field=field, fields=", ".join(KNOWN_COLUMNS))
        if name.lower() not in by_name:
            raise UnusableFile(file=file, problem="no_such_column", column=name, columns=", ".join(found))
        chosen[field] = by_name[name.lower()]
    return Columns(chosen, by_name.get(OTHER_TAGS), chosen.get("source_id", "").lower() == "osm_id")


def words_of(columns: Columns, values: Mapping[str, Column], field: str, count: int) -> Column:
    """A field's words, null where nothing stands; without a column of its own it may be among OpenStreetMap's tags."""
    if field in columns.of:
        return as_words(values[columns.of[field]])
    if columns.tags and field in TAGGED:
        return tag(values[columns.tags], KNOWN_COLUMNS[field][-1])
    return nothing(count)


def one_of(codes: type[StrEnum], problem: str) -> Callable[[str], str]:
    """A reader of an enumeration's codes; the remark names those there are."""
    known = {code.value for code in codes}

    def read(words: str) -> str:
        if words.lower() in known:
            return words.lower()
        raise FieldError(problem, words, known=", ".join(code.value for code in codes))

    return read


read_significance = one_of(Significance, "unknown_significance")
read_category = one_of(Category, "unknown_category")
read_direction = one_of(Direction, "unknown_direction")


def read_kato(words: str) -> str:
    """A KATO code: 2 to 9 digits. Errors: FieldError `not_kato`."""
    if re.fullmatch(r"[0-9]{2,9}", words):
        return words
    raise FieldError("not_kato", words)


def read_chainage_m(words: str) -> float:
    """Chainage in metres. Errors: ChainageError."""
    return float(parse_chainage(words))


def references(words: str) -> list[str]:
    """`A-3;М-36` is the road A-3, of which M-36 is another reference."""
    folded = (fold_reference(part) for part in re.split("[;,]", words))
    return list(dict.fromkeys(reference for reference in folded if reference))


_KAZAKH_LETTERS = re.compile("[әғқңөұүһі]", re.IGNORECASE)
_CYRILLIC_LETTERS = re.compile("[\u0400-\u04ff]")


def language_of(name: str) -> str:
    """The field of a name that does not say its language, by its letters."""
    if _KAZAKH_LETTERS.search(name):
        return "name_kk"
    return "name_ru" if _CYRILLIC_LETTERS.search(name) else "name_en"


_BY_HIGHWAY: Mapping[str, Significance] = {
    "motorway": Significance.REPUBLICAN,
    "trunk": Significance.REPUBLICAN,
    "primary": Significance.REPUBLICAN,
    "secondary": Significance.OBLAST,
    "tertiary": Significance.DISTRICT,
    "unclassified": Significance.DISTRICT,
}


def significance_of(highway: str, *, has_reference: bool) -> str:
    """How much an OpenStreetMap way matters, as its `highway` tag is used in Kazakhstan.

    Only motorways and trunk roads are highways without a reference: in towns the other classes are streets.
    """
    kind = highway.removesuffix("_link")
    if has_reference or kind in ("motorway", "trunk"):
        return _BY_HIGHWAY.get(kind, Significance.STREET).value
    return Significance.STREET.value


def traffic_of(oneway: str) -> int:
    """1 where a way is driven as it is drawn, -1 where against that, 0 both ways (or now so, now so)."""
    word = oneway.lower()
    return 1 if word in ("yes", "true", "1") else -1 if word in ("-1", "reverse") else 0
