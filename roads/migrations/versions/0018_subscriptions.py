"""Subscriptions by e-mail: whoever gave an address is written to after they said so twice, and forgotten when they go."""

from collections.abc import Sequence

from alembic import op

revision: str = "0018"
down_revision: str | None = "0017"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

KINDS = (
    "claim_issued", "reminder", "overdue", "second_letter", "referral_file", "accepted_by_silence", "disputed",
    "joint_visit_asked", "joint_visit_set", "repair_reported", "repair_verified", "repair_rejected", "dispute_upheld",
    "dispute_granted", "withdrawn", "reopened", "done_by_others", "in_court", "back_from_court", "closed_unfixed",
    "prescription", "changed_since", "password_reset", "webhook_disabled", "joint_visit_held", "repair_planned",
    "verification_offered",
)  # fmt: skip
ADDED = ("subscription_asked", "subscription_news")
WITHOUT_LETTER = ("password_reset", "webhook_disabled")
READ = "public_claim, public_claim_event, public_claim_line, public_contract, public_defect"
"""What followers are told is what the public sees."""
LETTERS = ("report", "photo", "witness", "not_fixed")
ADDED_LETTERS = ("subscription", "mail")


def upgrade() -> None:
    _create_subscriptions()
    _open_outbox()
    _allow("letterbox_entry", (*LETTERS, *ADDED_LETTERS))
    _create_doors()
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON subscription, subscription_told TO roads_jobs")
    op.execute(f"GRANT SELECT ON {READ} TO roads_jobs")
    for table in ("subscription", "subscription_told"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY {table}_jobs ON {table} FOR ALL TO roads_jobs USING (true)")


def _create_subscriptions() -> None:
    op.execute("""
        CREATE TABLE subscription (
            id integer GENERATED ALWAYS AS IDENTITY CONSTRAINT subscription_pkey PRIMARY KEY,
            key text NOT NULL
                DEFAULT left(encode(sha256(convert_to(gen_random_uuid()::text, 'UTF8')), 'hex'), 32)
                CONSTRAINT subscription_key_key UNIQUE,
            email text NOT NULL,
            language text NOT NULL,
            frequency text NOT NULL,
            area geometry(Polygon, 4326),
            around geometry(Point, 4326),
            within_m integer,
            road_id integer CONSTRAINT subscription_road_id_fkey REFERENCES road (id),
            contractor_id integer CONSTRAINT subscription_contractor_id_fkey REFERENCES organisation (id),
            report_id integer CONSTRAINT subscription_report_id_fkey REFERENCES report (id),
            asked_at timestamptz NOT NULL,
            confirmed_at timestamptz,
            told_on date,
            -- A box that holds all that is followed by its place, for an index: a degree of latitude is 110.57 km at least.
            reach geometry(Polygon, 4326) GENERATED ALWAYS AS (coalesce(
                ST_Envelope(area),
                ST_Expand(around, within_m / (110000 * cos(radians(least(ST_Y(around) + 1, 89)))), within_m / 110000.0)
            )) STORED,
            CONSTRAINT subscription_what_check
                CHECK (num_nonnulls(area, around, road_id, contractor_id, report_id) = 1),
            CONSTRAINT subscription_within_m_check
                CHECK ((around IS NULL) = (within_m IS NULL) AND within_m BETWEEN 100 AND 50000),
            CONSTRAINT subscription_email_check
                CHECK (email = lower(email) AND email ~ '^[^@[:space:]]+@[^@[:space:]]+$'),
            CONSTRAINT subscription_language_check CHECK (language IN ('kk', 'ru', 'en')),
            CONSTRAINT subscription_frequency_check CHECK (frequency IN ('at_once', 'weekly')),
            CONSTRAINT subscription_what_key UNIQUE NULLS NOT DISTINCT
                (email, area, around, within_m, road_id, contractor_id, report_id)
        )
    """)
    op.execute("CREATE INDEX subscription_reach_idx ON subscription USING gist (reach)")
    for name in ("road_id", "contractor_id", "report_id"):
        op.execute(f"CREATE INDEX subscription_{name}_idx ON subscription ({name}) WHERE {name} IS NOT NULL")
    op.execute("CREATE INDEX subscription_asked_at_idx ON subscription (asked_at) WHERE confirmed_at IS NULL")
    op.execute("""
        CREATE TABLE subscription_told (
            subscription_id integer NOT NULL
                CONSTRAINT subscription_told_subscription_id_fkey REFERENCES subscription (id) ON DELETE CASCADE,
            kind text NOT NULL,
            thing text NOT NULL,
            happened_on date NOT NULL,
            notice_id bigint NOT NULL CONSTRAINT subscription_told_notice_id_fkey REFERENCES notice (id),
            defect_id integer CONSTRAINT subscription_told_defect_id_fkey REFERENCES defect (id),
            contract_id integer CONSTRAINT subscription_told_contract_id_fkey REFERENCES contract (id),
            carriageway_id integer CONSTRAINT subscription_told_carriageway_id_fkey REFERENCES carriageway (id),
            from_cm integer,
            CONSTRAINT subscription_told_pkey PRIMARY KEY (subscription_id, kind, thing),
            CONSTRAINT subscription_told_kind_check
                CHECK (kind IN (
                    'defect', 'claim', 'overdue', 'repaired', 'repair', 'reopened', 'warranty', 'decided'
                ))
        )
    """)
    op.execute("CREATE INDEX subscription_told_notice_id_idx ON subscription_told (notice_id)")
    op.execute("CREATE INDEX subscription_told_happened_on_idx ON subscription_told (happened_on)")


def _open_outbox() -> None:
    op.execute(
        "ALTER TABLE notice ADD COLUMN subscription_id integer"
        " CONSTRAINT notice_subscription_id_fkey REFERENCES subscription (id) ON DELETE SET NULL"
    )
    op.execute("CREATE INDEX notice_subscription_id_idx ON notice (subscription_id) WHERE subscription_id IS NOT NULL")
    for table in ("letter", "notice"):
        _allow(table, (*KINDS, *ADDED))
    _allow_without_letter((*WITHOUT_LETTER, *ADDED))


def _allow_without_letter(kinds: Sequence[str], words: str = "") -> None:
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    op.execute("ALTER TABLE notice DROP CONSTRAINT notice_letter_check")
    op.execute(
        "ALTER TABLE notice ADD CONSTRAINT notice_letter_check"
        f" CHECK (letter_id IS NOT NULL OR kind IN ({listed})) {words}"
    )


def _allow(table: str, kinds: Sequence[str], words: str = "") -> None:
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {table}_kind_check")
    op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {table}_kind_check CHECK (kind IN ({listed})) {words}")


FUNCTIONS = {
    "follow(text, text, text, geometry, geometry, integer, integer, integer, text, timestamptz)": "roads_citizens",
    "subscription_of_key(text)": "roads_citizens",
    "confirm_subscription(text, timestamptz, text)": "roads_citizens",
    "end_subscription(text)": "roads_citizens, roads_jobs",
}


def _create_doors() -> None:
    """All that whoever has no account may do with subscriptions: nobody who asks is told who else did."""
    definer = "SECURITY DEFINER SET search_path = public, pg_temp"
    # Asked again before it is confirmed it is mailed again; what is confirmed stays as it is, and nobody is told.
    op.execute(f"""
        CREATE FUNCTION follow(
            address text, tongue text, pace text, corners geometry, middle geometry, metres integer, road integer,
            contractor integer, report_code text, at timestamptz
        ) RETURNS void
        LANGUAGE sql {definer} AS $$
            WITH asked AS (
                INSERT INTO subscription AS known (
                    email, language, frequency, area, around, within_m, road_id, contractor_id, report_id, asked_at
                )
                VALUES (
                    address, tongue, pace, corners, middle, metres, road, contractor,
                    (SELECT r.id FROM report r WHERE r.code = report_code), at
                )
                ON CONFLICT ON CONSTRAINT subscription_what_key
                DO UPDATE SET language = excluded.language, frequency = excluded.frequency, asked_at = excluded.asked_at
                WHERE known.confirmed_at IS NULL
                RETURNING id, email, language
            )
            INSERT INTO notice (kind, channel, subscription_id, address, language, state, next_try_at)
            SELECT 'subscription_asked', 'mail', id, email, language, 'waiting', at FROM asked
        $$
    """)
    op.execute(f"""
        CREATE FUNCTION subscription_of_key(sought text) RETURNS TABLE (
            language text, frequency text, is_confirmed boolean, lon float8, lat float8, within_m integer,
            corners integer, road_id integer, contractor text, report text
        )
        LANGUAGE sql STABLE {definer} AS $$
            SELECT
                s.language, s.frequency, s.confirmed_at IS NOT NULL, ST_X(s.around), ST_Y(s.around), s.within_m,
                ST_NPoints(s.area) - 1, s.road_id, o.bin, r.code
            FROM subscription s
            LEFT JOIN organisation o ON o.id = s.contractor_id
            LEFT JOIN report r ON r.id = s.report_id
            WHERE s.key = sought
        $$
    """)
    op.execute(f"""
        CREATE FUNCTION confirm_subscription(sought text, at timestamptz, pace text) RETURNS boolean
        LANGUAGE sql {definer} AS $$
            WITH confirmed AS (
                UPDATE subscription
                SET confirmed_at = coalesce(confirmed_at, at), frequency = coalesce(pace, frequency),
                    told_on = coalesce(told_on, CAST(at AS date))
                WHERE key = sought
                RETURNING id
            )
            SELECT count(*) > 0 FROM confirmed
        $$
    """)
    # What was sent stays on record, and to whom does not.
    op.execute(f"""
        CREATE FUNCTION end_subscription(sought text) RETURNS boolean
        LANGUAGE sql {definer} AS $$
            UPDATE notice n
            SET address = '-', secret = NULL,
                state = CASE WHEN n.state IN ('waiting', 'sending') THEN 'given_up' ELSE n.state END, taken_at = NULL
            FROM subscription s
            WHERE s.key = sought AND n.subscription_id = s.id;
            WITH ended AS (DELETE FROM subscription WHERE key = sought RETURNING id)
            SELECT count(*) > 0 FROM ended
        $$
    """)
    for function, roles in FUNCTIONS.items():
        op.execute(f"REVOKE EXECUTE ON FUNCTION {function} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO {roles}")


def downgrade() -> None:
    for function in FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}")
    # Whoever subscribed is forgotten with what they asked for.
    op.execute("UPDATE notice SET address = '-' WHERE subscription_id IS NOT NULL")
    op.execute("DROP INDEX notice_subscription_id_idx")
    op.execute("ALTER TABLE notice DROP COLUMN subscription_id")
    op.execute("DROP TABLE subscription_told, subscription")
    op.execute("DELETE FROM letterbox_entry WHERE kind IN ('subscription', 'mail')")
    _allow("letterbox_entry", LETTERS)
    for table in ("letter", "notice"):
        _allow(table, KINDS, "NOT VALID")
    _allow_without_letter(WITHOUT_LETTER, "NOT VALID")
