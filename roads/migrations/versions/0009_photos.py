"""Photos as evidence; the photos of repairs move onto them."""

from collections.abc import Sequence

from alembic import op

from roads.migrations.watching import Watched, drop_live_view, make_live_view, unwatch, watch

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


# Where somebody stood with a phone is theirs; how a photo looks is as good as a sketch of it.
WATCHED = (
    Watched("photo", private=("lon", "lat", "taken_at", "look_hash", "looks", "look_keys")),
    Watched("photo_mask"),
    Watched("photo_upload", private=("name", "device_lon", "device_lat", "device_accuracy_m", "device_at")),
    Watched(
        "photo_use", private=("name", "device_lon", "device_lat", "device_at", "exif_m", "device_m", "hours_apart")
    ),
)
OF_REPAIRS = Watched("repair_photo", key=("content_hash",), private=("media",))
DEED = "SELECT set_config('roads.deed', 'move_photos', true)"


def upgrade() -> None:
    op.create_unique_constraint("repair_id_line_id_key", "repair", ["id", "line_id"])
    _create_photos()
    _create_uploads()
    _create_uses()
    _create_masks()
    op.execute("DROP FUNCTION first_use_of_photo")
    for one in WATCHED:
        watch(op.get_bind(), one)
    _move_photos_of_repairs()
    _look_beyond_own_rows()
    _show_photos()
    _grant()
    _hold()


HELD = ("photo", "photo_upload", "photo_use", "photo_mask")
FILLED_LATER = """
    kind, bytes, width, height, taken_at, lon, lat, look_hash, looks, look_keys, full_hash, small_hash, kept_by,
    kept_at, revision, released_on, released_by
"""
"""What is written when a photo arrives of which only the content was known, and by masks and releases."""


def _create_photos() -> None:
    op.execute("""
        CREATE TABLE photo (
            id integer GENERATED ALWAYS AS IDENTITY CONSTRAINT photo_pkey PRIMARY KEY,
            content_hash text NOT NULL CONSTRAINT photo_content_hash_key UNIQUE,
            kind text,
            bytes bigint,
            width integer,
            height integer,
            taken_at timestamptz,
            lon double precision,
            lat double precision,
            look_hash bit(64),
            looks bit(64)[],
            look_keys integer[],
            full_hash text,
            small_hash text,
            kept_by text,
            kept_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            revision integer NOT NULL DEFAULT 1,
            released_on date,
            released_by text,
            CONSTRAINT photo_kind_check CHECK (kind IN ('jpeg', 'png', 'webp', 'heic')),
            CONSTRAINT photo_content_hash_check CHECK (content_hash ~ '^[0-9a-f]{64}$'),
            CONSTRAINT photo_kept_check CHECK (
                num_nulls(kind, bytes, width, height, look_hash, looks, look_keys, full_hash, small_hash) IN (0, 9)
            ),
            CONSTRAINT photo_sizes_check CHECK (bytes > 0 AND width > 0 AND height > 0),
            CONSTRAINT photo_position_check CHECK ((lon IS NULL) = (lat IS NULL)),
            CONSTRAINT photo_released_check CHECK (
                (released_on IS NULL) = (released_by IS NULL) AND (released_on IS NULL OR full_hash IS NOT NULL)
            )
        )
    """)
    op.create_index("photo_full_hash_idx", "photo", ["full_hash"])
    op.create_index("photo_small_hash_idx", "photo", ["small_hash"])
    # Without the list of what is to be sorted in later: each of the some hundred keys that are sought would read it.
    op.execute("CREATE INDEX photo_look_keys_idx ON photo USING gin (look_keys) WITH (fastupdate = off)")


def _create_uploads() -> None:
    op.execute("""
        CREATE TABLE photo_upload (
            id integer GENERATED ALWAYS AS IDENTITY CONSTRAINT photo_upload_pkey PRIMARY KEY,
            photo_id integer NOT NULL CONSTRAINT photo_upload_photo_id_fkey REFERENCES photo (id),
            name text,
            sent_by text NOT NULL,
            organisation_id integer CONSTRAINT photo_upload_organisation_id_fkey REFERENCES organisation (id),
            device_lon double precision,
            device_lat double precision,
            device_accuracy_m double precision,
            device_at timestamptz,
            sent_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            CONSTRAINT photo_upload_name_check CHECK (char_length(name) BETWEEN 1 AND 200),
            CONSTRAINT photo_upload_device_check CHECK (
                (device_lon IS NULL) = (device_lat IS NULL)
                AND (device_accuracy_m IS NULL OR device_accuracy_m >= 0 AND device_lon IS NOT NULL)
            ),
            CONSTRAINT photo_upload_photo_id_sent_by_organisation_id_key
                UNIQUE NULLS NOT DISTINCT (photo_id, sent_by, organisation_id)
        )
    """)


def _create_uses() -> None:
    op.execute("""
        CREATE TABLE photo_use (
            id integer GENERATED ALWAYS AS IDENTITY CONSTRAINT photo_use_pkey PRIMARY KEY,
            photo_id integer NOT NULL CONSTRAINT photo_use_photo_id_fkey REFERENCES photo (id),
            subject text NOT NULL,
            defect_id integer CONSTRAINT photo_use_defect_id_fkey REFERENCES defect (id),
            inspection_id integer CONSTRAINT photo_use_inspection_id_fkey REFERENCES inspection (id),
            line_id integer CONSTRAINT photo_use_line_id_fkey REFERENCES claim_line (id),
            repair_id integer,
            name text NOT NULL,
            used_on date NOT NULL,
            attached_by text NOT NULL,
            organisation_id integer CONSTRAINT photo_use_organisation_id_fkey REFERENCES organisation (id),
            device_lon double precision,
            device_lat double precision,
            device_at timestamptz,
            exif_m double precision,
            device_m double precision,
            hours_apart double precision,
            recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            CONSTRAINT photo_use_subject_check CHECK (subject IN ('defect', 'inspection', 'repair', 'dispute')),
            CONSTRAINT photo_use_subject_key_check CHECK (
                (subject = 'defect') = (defect_id IS NOT NULL)
                AND (subject = 'inspection') = (inspection_id IS NOT NULL)
                AND (subject = 'repair') = (repair_id IS NOT NULL)
                AND (subject IN ('repair', 'dispute')) = (line_id IS NOT NULL)
            ),
            CONSTRAINT photo_use_device_check CHECK ((device_lon IS NULL) = (device_lat IS NULL)),
            CONSTRAINT photo_use_measures_check CHECK (exif_m >= 0 AND device_m >= 0 AND hours_apart >= 0),
            CONSTRAINT photo_use_once_key
                UNIQUE NULLS NOT DISTINCT (photo_id, defect_id, inspection_id, line_id, repair_id),
            CONSTRAINT photo_use_repair_id_line_id_fkey FOREIGN KEY (repair_id, line_id) REFERENCES repair (id, line_id),
            CONSTRAINT photo_use_one_line_excl
                EXCLUDE USING gist (photo_id WITH =, line_id WITH <>) WHERE (subject = 'repair')
        )
    """)
    for column in ("defect_id", "inspection_id", "line_id", "repair_id"):
        op.execute(f"CREATE INDEX photo_use_{column}_idx ON photo_use ({column}) WHERE {column} IS NOT NULL")


def _create_masks() -> None:
    op.execute("""
        CREATE TABLE photo_mask (
            id integer GENERATED ALWAYS AS IDENTITY CONSTRAINT photo_mask_pkey PRIMARY KEY,
            photo_id integer NOT NULL CONSTRAINT photo_mask_photo_id_fkey REFERENCES photo (id),
            "left" double precision NOT NULL,
            top double precision NOT NULL,
            "right" double precision NOT NULL,
            bottom double precision NOT NULL,
            kind text NOT NULL,
            masked_by text NOT NULL,
            masked_on date NOT NULL,
            lifted_by text,
            lifted_on date,
            recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            CONSTRAINT photo_mask_kind_check CHECK (kind IN ('face', 'plate', 'other')),
            CONSTRAINT photo_mask_across_check CHECK (0 <= "left" AND "left" < "right" AND "right" <= 1),
            CONSTRAINT photo_mask_down_check CHECK (0 <= top AND top < bottom AND bottom <= 1),
            CONSTRAINT photo_mask_lifted_check CHECK ((lifted_by IS NULL) = (lifted_on IS NULL))
        )
    """)
    op.create_index("photo_mask_photo_id_idx", "photo_mask", ["photo_id"])


def _move_photos_of_repairs() -> None:
    """Of these only the content is known: what they were called, and which repair they show."""
    op.execute(DEED)
    op.execute(
        "INSERT INTO photo (content_hash) SELECT content_hash FROM repair_photo ORDER BY repair_id, content_hash"
    )
    op.execute("""
        INSERT INTO photo_use
            (photo_id, subject, line_id, repair_id, name, used_on, attached_by, organisation_id)
        SELECT p.id, 'repair', r.line_id, r.id, o.media, r.reported_on, r.reporter, r.reporter_organisation_id
        FROM repair_photo o
        JOIN photo p ON p.content_hash = o.content_hash
        JOIN repair r ON r.id = o.repair_id
        ORDER BY p.id
    """)
    op.execute("DELETE FROM repair_photo")  # as the ledger is to know
    drop_live_view(op.get_bind())
    unwatch(op.get_bind(), OF_REPAIRS)
    op.execute("DROP TABLE repair_photo")
    make_live_view(op.get_bind())


USED_AS_PROOF = """
    SELECT c.number AS claim_number, l.number AS line_number, u.used_on, coalesce(w.reference, y.source_id) AS road,
        lower(l.extent) AS from_cm
    FROM photo_use u
    JOIN claim_line l ON l.id = u.line_id
    JOIN claim c ON c.id = l.claim_id
    JOIN carriageway y ON y.id = l.carriageway_id
    LEFT JOIN road w ON w.id = y.road_id
"""
FUNCTIONS = (
    "photo_with_content(text)",
    "first_use_of_photo(integer, integer)",
    "first_use_of_look(integer, integer, integer[], integer)",
    "evidence_of_defect_since(integer)",
)


def _look_beyond_own_rows() -> None:
    """Where a photo was used is said to whoever shows it again, though the claim may be somebody else's."""
    definer = "LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp"
    told = "OUT claim_number text, OUT line_number integer, OUT used_on date, OUT road text, OUT from_cm integer"
    op.execute(f"""
        CREATE FUNCTION photo_with_content(hash text) RETURNS integer {definer}
        AS $$ SELECT id FROM photo WHERE content_hash = hash $$
    """)
    op.execute(f"""
        CREATE FUNCTION first_use_of_photo(photo integer, line integer, {told}) RETURNS SETOF record {definer} AS $$
            {USED_AS_PROOF}
            WHERE u.photo_id = photo AND u.subject = 'repair' AND u.line_id <> line
            ORDER BY u.id
            LIMIT 1
        $$
    """)
    # Photos with a key in common are found by the index, some thousands of a million, and then their looks are
    # compared exactly. Key by key, because all keys at once (&&) are taken for most of the table, which is then read.
    op.execute(f"""
        CREATE FUNCTION first_use_of_look(photo integer, line integer, sought integer[], most_bits integer, {told})
        RETURNS SETOF record {definer} AS $$
            WITH asked AS MATERIALIZED (SELECT id, look_hash, looks FROM photo p WHERE p.id = first_use_of_look.photo),
            alike AS MATERIALIZED (
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
            {USED_AS_PROOF}
            WHERE u.photo_id IN (SELECT id FROM alike) AND u.subject = 'repair' AND u.line_id <> line
            ORDER BY u.id
            LIMIT 1
        $$
    """)
    op.execute(f"""
        CREATE FUNCTION evidence_of_defect_since(photo integer) RETURNS date {definer} AS $$
            SELECT used_on FROM photo_use WHERE photo_id = photo AND defect_id IS NOT NULL ORDER BY id LIMIT 1
        $$
    """)


def _show_photos() -> None:
    # The original's hash and where it was taken stay ours.
    op.execute("""
        CREATE VIEW public_photo AS
        SELECT p.full_hash, p.small_hash, u.subject, u.defect_id, u.line_id, u.used_on
        FROM photo p
        JOIN photo_use u ON u.photo_id = p.id
        LEFT JOIN defect d ON d.id = u.defect_id
        LEFT JOIN repair r ON r.id = u.repair_id
        WHERE p.released_on IS NOT NULL
            AND (d.is_confirmed AND d.withdrawn_on IS NULL AND d.merged_into_id IS NULL OR r.verdict IS NOT NULL)
    """)


def _grant() -> None:
    """The application adds, jobs too; of what stands only what is filled, masked, lifted and released changes."""
    both = "roads_app, roads_jobs"
    op.execute(f"GRANT SELECT, INSERT ON {', '.join(HELD)} TO {both}")
    op.execute(f"GRANT UPDATE ({FILLED_LATER}) ON photo TO {both}")
    op.execute(f"GRANT UPDATE (lifted_by, lifted_on) ON photo_mask TO {both}")
    op.execute(f"GRANT SELECT ON public_photo TO {both}, roads_public")
    for function in FUNCTIONS:
        op.execute(f"REVOKE EXECUTE ON FUNCTION {function} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO {both}")


def _policy(table: str, name: str, what: str, *, using: str | None = None, check: str | None = None) -> None:
    words = f"CREATE POLICY {table}_{name} ON {table} FOR {what}"
    words += f" USING ({using})" if using else ""
    op.execute(words + (f" WITH CHECK ({check})" if check else ""))


def _acts_as(*roles: str) -> str:
    listed = ", ".join(f"'{role}'" for role in roles)
    return f"(SELECT acting_role()) IN ({listed})"


SENDERS = ("inspector", "engineer", "contractor")
READ_ALL = _acts_as("auditor", "administrator")
OWN = "organisation_id = (SELECT acting_organisation())"
BY_PERSON = "(SELECT acting_person())"


def _hold() -> None:
    """Whose rows they are: decision 0010."""
    for table in HELD:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        _policy(table, "jobs", "ALL TO roads_jobs", using="true")
    _hold_uploads()
    _hold_uses()
    # What hangs on a photo is read under its own policy: who sees an upload or a use of a photo sees the photo.
    of_photo = "EXISTS (SELECT FROM {} WHERE photo_id = photo.id)"
    seen = f"{READ_ALL} OR {of_photo.format('photo_upload')} OR {of_photo.format('photo_use')}"
    kept = f"{_acts_as(*SENDERS)} AND kept_by = {BY_PERSON} AND released_on IS NULL"
    _policy("photo", "read", "SELECT TO roads_app", using=seen)
    _policy("photo", "add", "INSERT TO roads_app", check=kept)
    _policy(
        "photo",
        "change",
        "UPDATE TO roads_app",
        using=f"{_acts_as('engineer')} OR (full_hash IS NULL AND {_acts_as(*SENDERS)})",
        check=f"{_acts_as('engineer')} OR ({kept})",
    )
    seen = "EXISTS (SELECT FROM photo p WHERE p.id = photo_id)"
    own = f"{_acts_as('engineer')} AND {{}} = {BY_PERSON} AND {seen}"
    _policy("photo_mask", "read", "SELECT TO roads_app", using=seen)
    _policy("photo_mask", "add", "INSERT TO roads_app", check=own.format("masked_by"))
    _policy("photo_mask", "change", "UPDATE TO roads_app", using=_acts_as("engineer"), check=own.format("lifted_by"))


def _hold_uploads() -> None:
    """What a device said is its organisation's business until the photo is used, which says it to all concerned."""
    sent = f"{_acts_as(*SENDERS)} AND sent_by = {BY_PERSON} AND {OWN}"
    _policy("photo_upload", "read", "SELECT TO roads_app", using=f"{READ_ALL} OR {OWN}")
    _policy("photo_upload", "add", "INSERT TO roads_app", check=sent)


def _hold_uses() -> None:
    """Of a defect: its customer's and supervisor's people, and the contractor once it is issued to it; of a line or an
    inspection: who sees that. Whoever shows a photo shows one that its own organisation sent, in its own name."""
    of_line = "EXISTS (SELECT FROM claim_line l WHERE l.id = line_id)"
    of_defect = (
        "EXISTS (SELECT FROM claim_line l WHERE l.defect_id = photo_use.defect_id)"
        f" OR {_acts_as('engineer', 'inspector', 'supervisor')} AND EXISTS (SELECT FROM placement p"
        " JOIN contract_section t ON t.carriageway_id = p.carriageway_id AND t.extent && int4range(p.from_cm, p.to_cm)"
        " AND upper_inf(t.recorded) JOIN acting_contract a ON a.id = t.contract_id"
        " WHERE p.defect_id = photo_use.defect_id AND p.replaced_at = 'infinity')"
    )
    of_inspection = "EXISTS (SELECT FROM inspection i WHERE i.id = inspection_id)"
    of_subject = (
        f"CASE WHEN defect_id IS NOT NULL THEN {of_defect} WHEN line_id IS NOT NULL THEN {of_line}"
        f" ELSE {of_inspection} END"
    )
    _policy("photo_use", "read", "SELECT TO roads_app", using=f"{READ_ALL} OR {OWN} OR {of_subject}")
    sent = f"EXISTS (SELECT FROM photo_upload o WHERE o.photo_id = photo_use.photo_id AND o.{OWN})"
    own_repair = f"EXISTS (SELECT FROM repair r WHERE r.id = repair_id AND r.reporter_{OWN})"
    shown = (
        f"attached_by = {BY_PERSON} AND {OWN} AND {sent} AND CASE subject"
        f" WHEN 'repair' THEN {_acts_as('contractor')} AND {own_repair}"
        f" WHEN 'dispute' THEN {_acts_as('contractor')} AND {of_line}"
        f" WHEN 'inspection' THEN {_acts_as('inspector', 'engineer')} AND {of_inspection}"
        f" ELSE {_acts_as('inspector', 'engineer')} END"
    )
    _policy("photo_use", "add", "INSERT TO roads_app", check=shown)


def downgrade() -> None:
    op.execute("DROP VIEW public_photo")
    for function in FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}")
    op.execute("""
        CREATE TABLE repair_photo (
            content_hash text NOT NULL CONSTRAINT repair_photo_pkey PRIMARY KEY,
            repair_id integer NOT NULL CONSTRAINT repair_photo_repair_id_fkey REFERENCES repair (id),
            media text NOT NULL,
            CONSTRAINT repair_photo_content_hash_check CHECK (content_hash ~ '^[0-9a-f]{64}$')
        )
    """)
    op.create_index("repair_photo_repair_id_idx", "repair_photo", ["repair_id"])
    op.execute(DEED)
    watch(op.get_bind(), OF_REPAIRS)
    # Then a photo served one repair only, and not the next one of the same line.
    op.execute("""
        INSERT INTO repair_photo (content_hash, repair_id, media)
        SELECT DISTINCT ON (p.id) p.content_hash, u.repair_id, u.name
        FROM photo p
        JOIN photo_use u ON u.photo_id = p.id AND u.subject = 'repair'
        ORDER BY p.id, u.id
    """)
    drop_live_view(op.get_bind())
    for one in reversed(WATCHED):  # photos last: the others hang on them
        op.execute(f"DELETE FROM {one.table}")
        unwatch(op.get_bind(), one)
    op.execute("DROP TABLE photo_mask, photo_use, photo_upload, photo")
    make_live_view(op.get_bind())
    op.drop_constraint("repair_id_line_id_key", "repair")
    _hold_photos_of_repairs()


def _hold_photos_of_repairs() -> None:
    """As 0007 did."""
    op.execute("GRANT SELECT, INSERT ON repair_photo TO roads_app, roads_jobs")
    op.execute("ALTER TABLE repair_photo ENABLE ROW LEVEL SECURITY")
    of_repair = "EXISTS (SELECT FROM repair r WHERE r.id = repair_id{})"
    own = " AND r.reporter_organisation_id = (SELECT acting_organisation())"
    _policy("repair_photo", "jobs", "ALL TO roads_jobs", using="true")
    _policy("repair_photo", "read", "SELECT TO roads_app", using=of_repair.format(""))
    _policy("repair_photo", "add", "INSERT TO roads_app", check=f"{_acts_as('contractor')} AND {of_repair.format(own)}")
    op.execute("""
        CREATE FUNCTION first_use_of_photo(
            hash text, OUT media text, OUT claim_number text, OUT line_number integer, OUT road text, OUT from_cm integer
        ) RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
            SELECT p.media, c.number, l.number, coalesce(w.reference, y.source_id), lower(l.extent)
            FROM repair_photo p
            JOIN repair r ON r.id = p.repair_id
            JOIN claim_line l ON l.id = r.line_id
            JOIN claim c ON c.id = l.claim_id
            JOIN carriageway y ON y.id = l.carriageway_id
            LEFT JOIN road w ON w.id = y.road_id
            WHERE p.content_hash = hash
        $$
    """)
    op.execute("REVOKE EXECUTE ON FUNCTION first_use_of_photo FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION first_use_of_photo TO roads_app, roads_jobs")
