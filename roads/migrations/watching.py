"""How the ledger watches a table: what of a row goes into it, and the triggers that no writer can forget.

A row's text is canonical JSON: keys sorted, columns that say nothing left out, numbers that are not whole as strings,
text in NFC. Left out: a column that a later migration adds changes the text of no row that has nothing in it. That
migration watches the table anew, with the column. Words of people and names of persons never enter: an HMAC-SHA-256
under a random salt of the record's own stands for them, and nothing for them once the salt is deleted.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, text

MANY_ROWS = 100
"""A statement that adds more rows than these writes one entry for each chunk of them, with a digest of every row."""
ROWS_OF_A_CHUNK = 10_000

PINNED = (
    "SET search_path = public, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO, YMD' SET intervalstyle = 'postgres' "
    "SET extra_float_digits = 1 SET bytea_output = 'hex'"
)
"""Settings on which the text of a value depends."""

WHOLE = frozenset({"integer", "bigint", "smallint", "boolean"})
NOTHING = "CAST(NULL AS text)"
PLAIN = frozenset({"date", "numeric", "double precision", "timestamp with time zone", "geometry"})

CODES = frozenset(
    {
        "action",
        "element",
        "from_state",
        "kind",
        "outcome",
        "rung",
        "severity",
        "stated_severity",
        "state",
        "to_state",
        "verdict",
    }
)
"""Columns that the schema's checks hold to codes of ours: nothing in them needs escaping."""


@dataclass(frozen=True, slots=True)
class Watched:
    """A table whose rows the ledger keeps. `private` columns are committed to, not told; so is a whole row while it
    is `hidden` (an expression over the row `r`), such as a draft that accuses nobody yet."""

    table: str
    key: Sequence[str] = ("id",)
    private: Sequence[str] = ()
    hidden: str = "false"

    @property
    def record(self) -> str:
        """The expression for the name of a record within its table."""
        return f"concat_ws('/', {', '.join(f'r.{one}' for one in self.key)})"

    @property
    def needs_salt(self) -> str:
        """Whether anything of a row `r` is committed to."""
        return " OR ".join([f"({self.hidden})", *(f"r.{one} IS NOT NULL" for one in self.private)])

    @property
    def salt(self) -> str:
        """The salt of a row `r`."""
        return f"(SELECT s.salt FROM ledger_salt s WHERE s.subject = '{self.table}' AND s.record = {self.record})"


def watch(connection: Connection, one: Watched) -> None:
    """Make the triggers of a table anew, and note with them how it is watched. `make_live_view` comes after."""
    connection.exec_driver_sql(_trigger_function(one, row_text(connection, one)))
    noted = json.dumps(asdict(one)).replace("'", "''")
    connection.exec_driver_sql(f"COMMENT ON FUNCTION ledger_note_{one.table}() IS '{noted}'")
    for event, tables in EVENTS.items():
        connection.exec_driver_sql(
            f"CREATE OR REPLACE TRIGGER ledger_{event} AFTER {event} ON {one.table} REFERENCING {tables} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION ledger_note_{one.table}()"
        )


EVENTS = {
    "insert": "NEW TABLE AS added",
    "update": "OLD TABLE AS gone NEW TABLE AS added",
    "delete": "OLD TABLE AS gone",
}


def note_rows_on_record(connection: Connection, one: Watched) -> None:
    """Rows that were there before the ledger: it begins with them."""
    connection.exec_driver_sql("SELECT set_config('roads.deed', 'begin_ledger', true)")
    connection.exec_driver_sql(_salts(one, one.table))
    connection.exec_driver_sql(_chunks(one, row_text(connection, one), one.table, said="ledger_said()"))


def unwatch(connection: Connection, one: Watched) -> None:
    """Take the triggers away."""
    for event in EVENTS:
        connection.exec_driver_sql(f"DROP TRIGGER ledger_{event} ON {one.table}")
    connection.exec_driver_sql(f"DROP FUNCTION ledger_note_{one.table}()")


def watched(connection: Connection) -> list[Watched]:
    """The tables that are watched, as their triggers know it, in order of name."""
    noted = connection.exec_driver_sql(
        "SELECT obj_description(oid, 'pg_proc') FROM pg_proc WHERE starts_with(proname, 'ledger_note_')"
        " AND pronamespace = 'public'::regnamespace ORDER BY proname"
    )
    return [Watched(**json.loads(words)) for words in noted.scalars()]


def make_live_view(connection: Connection) -> None:
    """A view of every watched row as it stands now: its text, and whether a salt of it was deleted."""
    selects = (
        f"SELECT CAST('{one.table}' AS text) AS subject, {one.record} AS record, {row_text(connection, one)} AS text, "
        f"({one.needs_salt}) AND {one.salt} IS NULL AS is_forgotten FROM {one.table} r"
        for one in watched(connection)
    )
    connection.exec_driver_sql("CREATE OR REPLACE VIEW ledger_live AS " + " UNION ALL ".join(selects))


def drop_live_view(connection: Connection) -> None:
    """Let go of the watched tables, before one of them or a column is dropped."""
    connection.exec_driver_sql("DROP VIEW ledger_live")


def row_text(connection: Connection, one: Watched) -> str:
    """The expression for the text of a row `r`, of the columns that the table has now."""
    plain = f"'{{' || substr(concat({', '.join(_members(connection, one))}), 2) || '}}'"
    if one.hidden == "false":
        return plain
    sealed = (
        f"""',"sealed":{{"hmac":"' || encode(hmac(convert_to({plain}, 'UTF8'), {one.salt}, 'sha256'), 'hex') || '"}}'"""
    )
    return (
        f"""CASE WHEN {one.hidden} THEN concat('{{"record":', to_json({one.record}), {sealed}, '}}') ELSE {plain} END"""
    )


def _members(connection: Connection, one: Watched) -> Iterator[str]:
    """An expression for each member of the row's JSON, in the order of keys; NULL where the column says nothing."""
    columns = connection.execute(
        text(
            "SELECT attname, format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = to_regclass(:table) "
            "AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attname COLLATE \"C\""
        ),
        {"table": one.table},
    )
    for name, kind in columns:
        value = f"r.{name}"
        if name in one.private:
            words = f"convert_to('{name}:' || normalize(CAST({value} AS text)), 'UTF8')"
            committed = f"encode(hmac({words}, {one.salt}, 'sha256'), 'hex')"
            yield f"""CASE WHEN {value} IS NOT NULL THEN ',"{name}":{{"hmac":"' || {committed} || '"}}' END"""
        elif kind in WHOLE:
            yield f"""',"{name}":' || {value}"""
        elif kind in PLAIN or name in CODES:
            yield f"""',"{name}":"' || CAST({value} AS text) || '"'"""
        elif kind == "text":
            # Only letters beyond ASCII can be written in two ways, and to normalize costs more than all the rest.
            composed = f"CASE WHEN octet_length({value}) = length({value}) THEN {value} ELSE normalize({value}) END"
            yield f"""',"{name}":' || CAST(to_json({composed}) AS text)"""
        else:
            yield f"""',"{name}":' || CAST(to_json(CAST({value} AS text)) AS text)"""


def _salts(one: Watched, rows: str) -> str:
    return (
        f"INSERT INTO ledger_salt (subject, record, salt) SELECT '{one.table}', {one.record}, gen_random_bytes(32) "
        f"FROM {rows} r WHERE {one.needs_salt} ON CONFLICT DO NOTHING"
    )


def _chunks(one: Watched, row: str, rows: str, *, said: str = "said") -> str:
    """One entry for each chunk of added rows: the names of its records, a line each, and then their digests."""
    listed = "convert_to(array_to_string(records, E'\\n') || E'\\n', 'UTF8')"
    return f"""
        WITH row_text AS (
            SELECT
                {one.record} AS record, sha256(convert_to({row}, 'UTF8')) AS digest,
                (row_number() OVER () - 1) / {ROWS_OF_A_CHUNK} AS chunk
            FROM {rows} r
        ),
        chunk AS (
            SELECT array_agg(record) AS records, string_agg(digest, '') AS digests
            FROM row_text GROUP BY row_text.chunk ORDER BY row_text.chunk
        ),
        entry AS (
            INSERT INTO ledger_entry (subject, records, digests, text)
            SELECT
                '{one.table}', records, digests,
                concat(({said})[1], ',"change":"added"', ({said})[2], ({said})[3], ',"rows":', cardinality(records),
                       ',"rows_digest":"', encode(sha256({listed} || digests), 'hex'), '","subject":"{one.table}"}}')
            FROM chunk
            RETURNING id
        )
        INSERT INTO ledger_waiting (entry_id) SELECT id FROM entry
    """


def _entries(one: Watched, change: str, source: str, *, after: str = NOTHING, before: str = NOTHING) -> str:
    """One entry for each row `r` that is another now."""
    return f"""
        WITH entry AS (
            INSERT INTO ledger_entry (subject, record, text)
            SELECT
                '{one.table}', record,
                concat(said[1], ',"after":' || after, ',"before":' || before, ',"change":"{change}"', said[2],
                       ',"record":', to_json(record), said[3], ',"subject":"{one.table}"}}')
            FROM (SELECT {one.record} AS record, {after} AS after, {before} AS before FROM {source}) AS told
            WHERE after IS DISTINCT FROM before
            RETURNING id
        )
        INSERT INTO ledger_waiting (entry_id) SELECT id FROM entry
    """


def _trigger_function(one: Watched, row: str) -> str:
    columns = ", ".join(f"r.{key}" for key in one.key)
    # The row as it was has its text worked out in a query of its own, where it is the row `r` too.
    former = f"(SELECT {columns}, {row} AS text FROM gone r) AS was"
    joined = f"added r JOIN {former} ON " + " AND ".join(f"was.{key} = r.{key}" for key in one.key)
    return f"""
        CREATE OR REPLACE FUNCTION ledger_note_{one.table}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER {PINNED}
        AS $$
        DECLARE
            said text[] := ledger_said();
            many bigint;
            salted bigint;
        BEGIN
            IF TG_OP = 'INSERT' THEN
                SELECT count(*), count(*) FILTER (WHERE {one.needs_salt}) INTO many, salted FROM added r;
                IF salted > 0 THEN
                    {_salts(one, "added")};
                END IF;
                IF many > {MANY_ROWS} THEN
                    {_chunks(one, row, "added")};
                ELSE
                    {_entries(one, "added", "added r", after=row)};
                END IF;
            ELSIF TG_OP = 'UPDATE' THEN
                {_salts(one, "added")};
                {_entries(one, "changed", joined, after=row, before="was.text")};
            ELSE
                {_entries(one, "removed", "gone r", before=row)};
            END IF;
            RETURN NULL;
        END $$
    """
