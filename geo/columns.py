"""Columns of words as they stand in files: cleaned, read and written many at once (Arrow arrays)."""

import re
from collections.abc import Callable
from importlib import import_module
from io import BytesIO
from typing import Any, TypeAlias

from geo.errors import BadValue

# Arrow comes without types that mypy can read.
pa: Any = import_module("pyarrow")
pc: Any = import_module("pyarrow.compute")
csv: Any = import_module("pyarrow.csv")
parquet: Any = import_module("pyarrow.parquet")

Column: TypeAlias = Any
"""An Arrow array."""

Table: TypeAlias = Any
"""An Arrow table."""


def as_words(column: Column) -> Column:
    """Any column as trimmed words: whole numbers without a point, null where nothing stands."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_floating(column.type):
        return _numbers_as_words(column)
    words = pc.utf8_trim_whitespace(pc.cast(column, pa.string()))
    return pc.if_else(pc.equal(words, ""), pa.scalar(None, pa.string()), words)


def _numbers_as_words(column: Column) -> Column:
    is_whole = pc.fill_null(pc.and_(pc.equal(column, pc.floor(column)), pc.is_finite(column)), fill_value=False)
    whole = pc.cast(pc.if_else(is_whole, column, 0.0), pa.int64(), safe=False)
    words = pc.if_else(is_whole, pc.cast(whole, pa.string()), pc.cast(column, pa.string()))
    return pc.if_else(pc.is_null(column, nan_is_null=True), pa.scalar(None, pa.string()), words)


def tag(tags: Column, key: str) -> Column:
    r"""One of OpenStreetMap's tags out of `"key"=>"value","key"=>"value"`, where quotes inside are written `\"`."""
    pattern = rf'(?:^|,)"{re.escape(key)}"=>"(?P<value>(?:[^"\\]|\\.)*)"'
    found = pc.struct_field(pc.extract_regex(pc.cast(tags, pa.string()), pattern), "value")
    return as_words(pc.replace_substring_regex(found, r"\\(.)", r"\1"))


def nothing(count: int) -> Column:
    """Words that are all missing."""
    return pa.nulls(count, pa.string())


def repeated(word: str, count: int) -> Column:
    """The same word in every row."""
    return pa.array([word] * count, pa.string())


def read_each(words: Column, read: Callable[[str], Any], kind: Any) -> tuple[Column, dict[int, BadValue]]:
    """What the words stand for, and by position those that cannot be understood. Equal words are read once."""
    encoded = pc.dictionary_encode(words)
    values: list[Any] = []
    bad: dict[int, BadValue] = {}
    for at, word in enumerate(encoded.dictionary.to_pylist()):
        try:
            values.append(read(word))
        except BadValue as problem:
            values.append(None)
            bad[at] = problem
    read_values = pa.array(values, kind).take(encoded.indices)
    codes = encoded.indices.to_pylist() if bad else []
    return read_values, {row: bad[code] for row, code in enumerate(codes) if code in bad}


def joined(columns: list[Column], separator: str) -> Column:
    """The words of several columns in one, with nothing where a word is missing."""
    return pc.binary_join_element_wise(*columns, separator, null_handling="replace", null_replacement="")


def first_given(*columns: Column) -> Column:
    """For each row the first word that is not missing."""
    return pc.coalesce(*columns)


def to_csv(table: Table) -> bytes:
    """A table as CSV without a header, as PostgreSQL's COPY reads it: what is missing is empty, words are quoted."""
    written = BytesIO()
    csv.write_csv(table, written, csv.WriteOptions(include_header=False))
    return written.getvalue()
