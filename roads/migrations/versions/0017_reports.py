"""Reports of people without an account, and repairs that they say are none."""

from collections.abc import Sequence

from alembic import op

from roads.migrations.watching import Watched, drop_live_view, make_live_view, unwatch, watch

revision: str = "0017"
down_revision: str | None = "0016"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

# What somebody wrote, and where they stood, is theirs.
WATCHED = (
    Watched("reopen_request", private=("note", "words")),
    Watched("report", private=("form_key", "gps_accuracy_m", "lat", "lon", "words")),
    Watched("report_photo", key=("report_id", "photo_id")),
)
HELD = ("report", "report_photo", "report_witness", "letterbox_entry", "reopen_request")


def upgrade() -> None:
    op.create_unique_constraint("repair_id_line_id_verifier_key", "repair", ["id", "line_id", "verifier"])
    _create_reports()
    _create_what_belongs_to_reports()
    _create_requests()
    for one in WATCHED:
        watch(op.get_bind(), one)
    make_live_view(op.get_bind())
    _look_beyond_own_rows()
    _show()
    _grant()
    _hold()


DECIDED = """
    (state = 'open') = (decided_on IS NULL) AND (state = 'open') = (decided_by IS NULL)
    AND (state = 'open') = (decided_organisation_id IS NULL)
"""


def _create_reports() -> None:
    op.execute(f"""
        CREATE TABLE report (
            id integer GENERATED ALWAYS AS IDENTITY CONSTRAINT report_pkey PRIMARY KEY,
            code text NOT NULL CONSTRAINT report_code_key UNIQUE,
            form_key text CONSTRAINT report_form_key_key UNIQUE,
            lon double precision NOT NULL,
            lat double precision NOT NULL,
            gps_accuracy_m double precision,
            carriageway_id integer CONSTRAINT report_carriageway_id_fkey REFERENCES carriageway (id),
            at_cm integer,
            contract_id integer CONSTRAINT report_contract_id_fkey REFERENCES contract (id),
            distress text CONSTRAINT report_distress_fkey REFERENCES distress (code),
            words text,
            seen_on date NOT NULL,
            reported_at timestamptz NOT NULL,
            language text NOT NULL,
            channel text NOT NULL,
            state text NOT NULL DEFAULT 'open',
            reason text,
            defect_id integer CONSTRAINT report_defect_id_fkey REFERENCES defect (id),
            decided_on date,
            decided_at timestamptz,
            decided_by text,
            decided_organisation_id integer
                CONSTRAINT report_decided_organisation_id_fkey REFERENCES organisation (id),
            CONSTRAINT report_code_check CHECK (code ~ '^[2-9A-HJKMNP-Z]{{10}}$'),
            CONSTRAINT report_state_check CHECK (state IN ('open', 'accepted', 'merged', 'rejected')),
            CONSTRAINT report_channel_check CHECK (channel IN ('page', 'open311')),
            CONSTRAINT report_reason_check CHECK (
                reason IN ('not_a_defect', 'not_found', 'not_our_road', 'repaired_already', 'unclear', 'spam')
            ),
            CONSTRAINT report_language_check CHECK (language IN ('kk', 'ru', 'en')),
            CONSTRAINT report_words_check CHECK (char_length(words) BETWEEN 1 AND 4000),
            CONSTRAINT report_place_check CHECK ((carriageway_id IS NULL) = (at_cm IS NULL)),
            CONSTRAINT report_gps_accuracy_m_check CHECK (gps_accuracy_m >= 0),
            CONSTRAINT report_decided_check CHECK ({DECIDED}),
            CONSTRAINT report_outcome_check CHECK (
                (state = 'rejected') = (reason IS NOT NULL)
                AND (state IN ('accepted', 'merged')) = (defect_id IS NOT NULL)
            )
        )
    """)
    op.execute("CREATE INDEX report_open_idx ON report (id) WHERE state = 'open'")
    op.execute("CREATE INDEX report_carriageway_id_idx ON report (carriageway_id, at_cm)")
    op.execute("CREATE INDEX report_defect_id_idx ON report (defect_id) WHERE defect_id IS NOT NULL")
    op.execute("CREATE INDEX report_reported_at_idx ON report (reported_at)")


def _create_what_belongs_to_reports() -> None:
    op.execute("""
        CREATE TABLE report_photo (
            report_id integer NOT NULL CONSTRAINT report_photo_report_id_fkey REFERENCES report (id),
            photo_id integer NOT NULL CONSTRAINT report_photo_photo_id_fkey REFERENCES photo (id),
            CONSTRAINT report_photo_pkey PRIMARY KEY (report_id, photo_id)
        )
    """)
    op.execute("CREATE INDEX report_photo_photo_id_idx ON report_photo (photo_id)")
    op.execute("""
        CREATE TABLE report_witness (
            id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT report_witness_pkey PRIMARY KEY,
            report_id integer CONSTRAINT report_witness_report_id_fkey REFERENCES report (id),
            defect_id integer CONSTRAINT report_witness_defect_id_fkey REFERENCES defect (id),
            origin_hash text NOT NULL,
            seen_at timestamptz NOT NULL,
            CONSTRAINT report_witness_what_check CHECK (num_nonnulls(report_id, defect_id) = 1),
            CONSTRAINT report_witness_origin_hash_check CHECK (origin_hash ~ '^[0-9a-f]{64}$'),
            CONSTRAINT report_witness_report_id_origin_hash_key UNIQUE (report_id, origin_hash),
            CONSTRAINT report_witness_defect_id_origin_hash_key UNIQUE (defect_id, origin_hash)
        )
    """)
    op.execute("""
        CREATE TABLE letterbox_entry (
            id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT letterbox_entry_pkey PRIMARY KEY,
            kind text NOT NULL,
            origin_hash text NOT NULL,
            at timestamptz NOT NULL,
            CONSTRAINT letterbox_entry_kind_check CHECK (kind IN ('report', 'photo', 'witness', 'not_fixed')),
            CONSTRAINT letterbox_entry_origin_hash_check CHECK (origin_hash ~ '^[0-9a-f]{64}$')
        )
    """)
    op.execute("CREATE INDEX letterbox_entry_origin_hash_idx ON letterbox_entry (origin_hash, kind, at)")
    op.execute("CREATE INDEX letterbox_entry_at_idx ON letterbox_entry (kind, at)")


def _create_requests() -> None:
    op.execute(f"""
        CREATE TABLE reopen_request (
            id integer GENERATED ALWAYS AS IDENTITY CONSTRAINT reopen_request_pkey PRIMARY KEY,
            line_id integer NOT NULL CONSTRAINT reopen_request_line_id_fkey REFERENCES claim_line (id),
            repair_id integer NOT NULL,
            verifier text NOT NULL,
            words text,
            asked_on date NOT NULL,
            asked integer NOT NULL DEFAULT 1,
            state text NOT NULL DEFAULT 'open',
            note text,
            decided_on date,
            decided_by text,
            decided_organisation_id integer
                CONSTRAINT reopen_request_decided_organisation_id_fkey REFERENCES organisation (id),
            CONSTRAINT reopen_request_state_check CHECK (state IN ('open', 'upheld', 'refused')),
            CONSTRAINT reopen_request_words_check CHECK (char_length(words) BETWEEN 1 AND 4000),
            CONSTRAINT reopen_request_asked_check CHECK (asked > 0),
            CONSTRAINT reopen_request_decided_check CHECK ({DECIDED}),
            CONSTRAINT reopen_request_own_verdict_check CHECK (decided_by <> verifier),
            CONSTRAINT reopen_request_repair_id_line_id_verifier_fkey
                FOREIGN KEY (repair_id, line_id, verifier) REFERENCES repair (id, line_id, verifier)
        )
    """)
    op.execute("CREATE UNIQUE INDEX reopen_request_open_key ON reopen_request (repair_id) WHERE state = 'open'")
    op.execute("CREATE INDEX reopen_request_line_id_idx ON reopen_request (line_id)")


FUNCTIONS = ("report_with_photo(integer, integer[], integer)", "ask_to_reopen(integer, text, date, integer)")


def _look_beyond_own_rows() -> None:
    """What the letterbox may do with rows that it does not see."""
    definer = "SECURITY DEFINER SET search_path = public, pg_temp"
    op.execute(f"""
        CREATE FUNCTION report_with_photo(photo integer, sought integer[], most_bits integer) RETURNS text
        LANGUAGE sql STABLE {definer} AS $$
            WITH asked AS MATERIALIZED (SELECT id, look_hash, looks FROM photo p WHERE p.id = report_with_photo.photo),
            alike AS MATERIALIZED (
                SELECT a.id FROM asked a
                UNION
                SELECT p.id
                FROM unnest(sought) AS k
                JOIN photo p ON p.look_keys @> ARRAY[k]
                CROSS JOIN asked a
                WHERE p.id <> a.id AND (
                    bit_count(p.look_hash # a.look_hash) <= most_bits
                    OR EXISTS (
                        SELECT FROM unnest(p.looks) AS theirs WHERE bit_count(theirs # a.look_hash) <= most_bits
                    )
                    OR EXISTS (SELECT FROM unnest(a.looks) AS ours WHERE bit_count(ours # p.look_hash) <= most_bits)
                )
            )
            SELECT r.code
            FROM report_photo u
            JOIN report r ON r.id = u.report_id
            WHERE u.photo_id IN (SELECT id FROM alike)
            ORDER BY r.id
            LIMIT 1
        $$
    """)
    # A request that is open already gains one more who asks.
    op.execute(f"""
        CREATE FUNCTION ask_to_reopen(line integer, said text, day date, within_days integer) RETURNS integer
        LANGUAGE sql {definer} AS $$
            INSERT INTO reopen_request AS asked_before (line_id, repair_id, verifier, words, asked_on)
            SELECT l.id, r.id, r.verifier, said, day
            FROM claim_line l
            JOIN repair r ON r.id = l.verified_repair_id
            WHERE l.id = line AND l.state = 'verified' AND day BETWEEN r.judged_on AND r.judged_on + within_days
                AND NOT EXISTS (
                    SELECT FROM reopen_request o WHERE o.repair_id = r.id AND o.state <> 'open'
                )
            ON CONFLICT (repair_id) WHERE state = 'open'
            DO UPDATE SET asked = asked_before.asked + 1, words = coalesce(asked_before.words, excluded.words)
            RETURNING id
        $$
    """)
    for function in FUNCTIONS:
        op.execute(f"REVOKE EXECUTE ON FUNCTION {function} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO roads_citizens, roads_jobs")


def _show() -> None:
    """What anybody may know of a report: what, where on the road, and what became of it; no words and no photos."""
    op.execute("""
        CREATE VIEW public_report AS
        SELECT
            r.id, r.code, r.state, r.reason, r.distress, r.seen_on, r.reported_at, r.decided_at, r.decided_on,
            r.carriageway_id, r.at_cm, r.contract_id, r.defect_id, r.channel,
            -- To about ten metres, and on a road only: somebody may have stood in their own yard.
            CASE WHEN r.carriageway_id IS NOT NULL THEN round(CAST(r.lon AS numeric), 4) END AS lon,
            CASE WHEN r.carriageway_id IS NOT NULL THEN round(CAST(r.lat AS numeric), 4) END AS lat,
            (SELECT count(*) FROM report_witness w WHERE w.report_id = r.id) AS witnesses
        FROM report r
    """)
    op.execute("""
        CREATE VIEW public_reopen_request AS
        SELECT line_id, repair_id, state, asked, asked_on, decided_on FROM reopen_request
    """)
    op.execute("""
        CREATE VIEW public_witness AS
        SELECT coalesce(w.defect_id, r.defect_id) AS defect_id, count(DISTINCT w.origin_hash) AS witnesses
        FROM report_witness w
        LEFT JOIN report r ON r.id = w.report_id
        WHERE coalesce(w.defect_id, r.defect_id) IS NOT NULL
        GROUP BY 1
    """)


KEPT = "report, report_photo, report_witness"
DECIDES = "state, reason, defect_id, decided_on, decided_at, decided_by, decided_organisation_id"
FILLED = """
    kind, bytes, width, height, taken_at, lon, lat, look_hash, looks, look_keys, full_hash, small_hash, kept_by, kept_at
"""


def _grant() -> None:
    op.execute("GRANT USAGE ON SCHEMA public TO roads_citizens")
    op.execute(f"GRANT SELECT, INSERT ON {KEPT}, letterbox_entry, photo, photo_upload TO roads_citizens")
    op.execute("GRANT UPDATE, DELETE ON letterbox_entry TO roads_citizens, roads_jobs")
    op.execute(f"GRANT UPDATE ({FILLED}) ON photo TO roads_citizens")
    op.execute("GRANT SELECT ON distress, public_defect TO roads_citizens")
    op.execute("GRANT EXECUTE ON FUNCTION photo_with_content TO roads_citizens")
    op.execute(f"GRANT SELECT, INSERT ON {KEPT}, letterbox_entry, reopen_request TO roads_jobs")
    op.execute("GRANT SELECT ON report, report_photo, reopen_request TO roads_app")
    for role in ("roads_app", "roads_jobs"):
        op.execute(f"GRANT UPDATE ({DECIDES}) ON report TO {role}")
        op.execute(
            f"GRANT UPDATE (state, note, decided_on, decided_by, decided_organisation_id) ON reopen_request TO {role}"
        )
    shown = "public_report, public_reopen_request, public_witness"
    op.execute(f"GRANT SELECT ON {shown} TO roads_public, roads_app, roads_jobs, roads_citizens")


def _policy(table: str, name: str, what: str, *, using: str | None = None, check: str | None = None) -> None:
    words = f"CREATE POLICY {table}_{name} ON {table} FOR {what}"
    words += f" USING ({using})" if using else ""
    op.execute(words + (f" WITH CHECK ({check})" if check else ""))


def _acts_as(*roles: str) -> str:
    listed = ", ".join(f"'{role}'" for role in roles)
    return f"(SELECT acting_role()) IN ({listed})"


READ_ALL = _acts_as("auditor", "administrator")
READ_OWN = _acts_as("engineer", "inspector", "supervisor")
DECIDED_BY_ITSELF = (
    "state <> 'open' AND decided_by = (SELECT acting_person())"
    " AND decided_organisation_id = (SELECT acting_organisation())"
)


def _hold() -> None:
    for table in HELD:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        _policy(table, "jobs", "ALL TO roads_jobs", using="true")
    for table in ("report", "report_photo", "report_witness", "letterbox_entry"):
        _policy(table, "citizens", "ALL TO roads_citizens", using="true")
    _hold_reports()
    _hold_photos()
    seen = "EXISTS (SELECT FROM claim_line l WHERE l.id = line_id)"
    _policy("reopen_request", "read", "SELECT TO roads_app", using=f"({READ_ALL} OR {READ_OWN}) AND {seen}")
    _policy(
        "reopen_request",
        "change",
        "UPDATE TO roads_app",
        using=f"{_acts_as('engineer')} AND state = 'open' AND {seen}",
        check=DECIDED_BY_ITSELF,
    )


def _hold_reports() -> None:
    """Of a contract: who reads it. Where no contract answers somebody must look all the same: everybody who records
    defects may, in their region. A contractor sees a report when it is a defect, and never who sent it."""
    in_region = (
        "(SELECT acting_region()) IS NULL OR carriageway_id IS NULL OR EXISTS (SELECT FROM carriageway y"
        " JOIN road w ON w.id = y.road_id WHERE y.id = carriageway_id"
        " AND starts_with(w.kato, (SELECT acting_region())))"
    )
    of_contract = "EXISTS (SELECT FROM acting_contract a WHERE a.id = report.contract_id)"
    own = f"{READ_OWN} AND CASE WHEN contract_id IS NULL THEN {in_region} ELSE {of_contract} END"
    _policy("report", "read", "SELECT TO roads_app", using=f"{READ_ALL} OR ({own})")
    decides = f"{_acts_as('inspector', 'engineer')} AND state = 'open'"
    _policy("report", "change", "UPDATE TO roads_app", using=decides, check=DECIDED_BY_ITSELF)
    of_report = "EXISTS (SELECT FROM report r WHERE r.id = report_id)"
    _policy("report_photo", "read", "SELECT TO roads_app", using=of_report)


def _hold_photos() -> None:
    """The letterbox sees the photos that came through it; of a report they are seen by whoever sees the report."""
    sent = "sent_by = 'citizen' AND organisation_id IS NULL"
    came = "EXISTS (SELECT FROM photo_upload u WHERE u.photo_id = photo.id)"
    _policy("photo_upload", "citizens_read", "SELECT TO roads_citizens", using=sent)
    _policy("photo_upload", "citizens_add", "INSERT TO roads_citizens", check=sent)
    _policy("photo", "citizens_read", "SELECT TO roads_citizens", using=came)
    kept = "kept_by = 'citizen' AND released_on IS NULL"
    _policy("photo", "citizens_add", "INSERT TO roads_citizens", check=kept)
    _policy("photo", "citizens_fill", "UPDATE TO roads_citizens", using="full_hash IS NULL", check=kept)
    of_report = "EXISTS (SELECT FROM report_photo p WHERE p.photo_id = {})"
    _policy("photo", "reports", "SELECT TO roads_app", using=of_report.format("photo.id"))
    _policy(
        "photo_upload",
        "reports",
        "SELECT TO roads_app",
        using=f"{sent} AND {of_report.format('photo_upload.photo_id')}",
    )


def downgrade() -> None:
    for table, policies in (
        ("photo", ("citizens_read", "citizens_add", "citizens_fill", "reports")),
        ("photo_upload", ("citizens_read", "citizens_add", "reports")),
    ):
        for name in policies:
            op.execute(f"DROP POLICY {table}_{name} ON {table}")
    op.execute("DROP VIEW public_report, public_reopen_request, public_witness")
    for function in FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}")
    drop_live_view(op.get_bind())
    # Through the triggers, so that the ledger knows; reports last, because the others hang on them.
    for table in ("reopen_request", "report_photo", "report_witness", "report"):
        op.execute(f"DELETE FROM {table}")
    for one in WATCHED:
        unwatch(op.get_bind(), one)
    op.execute("DROP TABLE reopen_request, report_photo, report_witness, letterbox_entry, report")
    make_live_view(op.get_bind())
    op.drop_constraint("repair_id_line_id_verifier_key", "repair")
    op.execute(
        "REVOKE ALL ON photo, photo_upload, distress, public_defect FROM roads_citizens;"
        f"REVOKE UPDATE ({FILLED}) ON photo FROM roads_citizens;"
        "REVOKE EXECUTE ON FUNCTION photo_with_content FROM roads_citizens;"
        "REVOKE USAGE ON SCHEMA public FROM roads_citizens"
    )
