"""Letters and the outbox: what happened and was not told yet, what is sent to whom, and what became of it."""

from collections.abc import Sequence

from alembic import op

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    _let_engineers_prescribe()
    _create_letters()
    _create_recipients()
    _create_outbox()
    _mark_what_is_untold()
    _keep_what_was_sent()
    _let_read_by_key()
    _show_letters()
    _grant()
    _hold()


ACTIONS = (
    "draft", "issue", "withdraw", "accept", "accept_by_silence", "dispute", "uphold", "grant", "report_repair", "verify",
    "reject_repair", "reopen", "do_by_others", "refer_to_court", "return_accepted", "return_withdrawn",
    "return_done_by_others", "close_without_fix", "patch", "ask_joint_visit", "acknowledge", "deliver", "plan_repair",
    "set_joint_visit", "hold_joint_visit", "offer_verification", "changed_since",
)  # fmt: skip
"""What could be done to a claim before."""


def _let_engineers_prescribe() -> None:
    listed = ", ".join(f"'{one}'" for one in (*ACTIONS, "prescribe"))
    op.execute("ALTER TABLE claim_event DROP CONSTRAINT claim_event_action_check")
    op.execute(f"ALTER TABLE claim_event ADD CONSTRAINT claim_event_action_check CHECK (action IN ({listed}))")


def _create_letters() -> None:
    op.execute("""
        CREATE TABLE letter (
            id integer GENERATED ALWAYS AS IDENTITY,
            kind text NOT NULL,
            claim_id integer NOT NULL,
            ordinal integer NOT NULL,
            written_on date NOT NULL,
            person text,
            code text DEFAULT left(encode(sha256(convert_to(gen_random_uuid()::text, 'UTF8')), 'hex'), 20) NOT NULL,
            created_at timestamptz DEFAULT clock_timestamp() NOT NULL,
            CONSTRAINT letter_pkey PRIMARY KEY (id),
            CONSTRAINT letter_kind_check CHECK (kind IN ('claim_issued', 'reminder', 'overdue', 'second_letter', 'referral_file', 'accepted_by_silence', 'disputed', 'joint_visit_asked', 'joint_visit_set', 'repair_reported', 'repair_verified', 'repair_rejected', 'dispute_upheld', 'dispute_granted', 'withdrawn', 'reopened', 'done_by_others', 'in_court', 'back_from_court', 'closed_unfixed', 'prescription', 'changed_since', 'password_reset', 'webhook_disabled')),
            CONSTRAINT letter_claim_id_ordinal_key UNIQUE (claim_id, ordinal),
            CONSTRAINT letter_code_key UNIQUE (code),
            CONSTRAINT letter_code_check CHECK (code ~ '^[0-9a-f]{20}$'),
            CONSTRAINT letter_claim_id_fkey FOREIGN KEY(claim_id) REFERENCES claim (id)
        )
    """)
    op.execute("CREATE UNIQUE INDEX letter_claim_issued_key ON letter (claim_id) WHERE kind = 'claim_issued'")
    op.execute("""
        CREATE TABLE letter_cause (
            id bigint GENERATED ALWAYS AS IDENTITY,
            letter_id integer NOT NULL,
            line_id integer,
            event_id bigint,
            step_id integer,
            CONSTRAINT letter_cause_pkey PRIMARY KEY (id),
            CONSTRAINT letter_cause_what_check CHECK (num_nonnulls(event_id, step_id) <= 1),
            CONSTRAINT letter_cause_event_id_key UNIQUE (event_id),
            CONSTRAINT letter_cause_step_id_key UNIQUE (step_id),
            CONSTRAINT letter_cause_letter_id_fkey FOREIGN KEY(letter_id) REFERENCES letter (id),
            CONSTRAINT letter_cause_line_id_fkey FOREIGN KEY(line_id) REFERENCES claim_line (id),
            CONSTRAINT letter_cause_event_id_fkey FOREIGN KEY(event_id) REFERENCES claim_event (id),
            CONSTRAINT letter_cause_step_id_fkey FOREIGN KEY(step_id) REFERENCES ladder_step (id)
        )
    """)
    op.execute("CREATE INDEX letter_cause_letter_id_idx ON letter_cause (letter_id)")
    op.execute("""
        CREATE TABLE letter_document (
            letter_id integer NOT NULL,
            language text NOT NULL,
            pdf bytea NOT NULL,
            sha256 text NOT NULL,
            rendered_at timestamptz DEFAULT clock_timestamp() NOT NULL,
            CONSTRAINT letter_document_pkey PRIMARY KEY (letter_id, language),
            CONSTRAINT letter_document_language_check CHECK (language IN ('kk', 'ru', 'en')),
            CONSTRAINT letter_document_sha256_check CHECK (sha256 = encode(sha256(pdf), 'hex')),
            CONSTRAINT letter_document_letter_id_fkey FOREIGN KEY(letter_id) REFERENCES letter (id)
        )
    """)


def _create_recipients() -> None:
    op.execute("""
        CREATE TABLE organisation_address (
            id integer GENERATED ALWAYS AS IDENTITY,
            organisation_id integer NOT NULL,
            email text NOT NULL,
            language text NOT NULL,
            is_active boolean DEFAULT true NOT NULL,
            stated_by text NOT NULL,
            stated_at timestamptz DEFAULT clock_timestamp() NOT NULL,
            CONSTRAINT organisation_address_pkey PRIMARY KEY (id),
            CONSTRAINT organisation_address_organisation_id_email_key UNIQUE (organisation_id, email),
            CONSTRAINT organisation_address_email_check CHECK (email = lower(email) AND email ~ '^[^@[:space:]]+@[^@[:space:]]+$'),
            CONSTRAINT organisation_address_language_check CHECK (language IN ('kk', 'ru', 'en')),
            CONSTRAINT organisation_address_organisation_id_fkey FOREIGN KEY(organisation_id) REFERENCES organisation (id)
        )
    """)
    op.execute("""
        CREATE TABLE webhook (
            id integer GENERATED ALWAYS AS IDENTITY,
            organisation_id integer NOT NULL,
            url text NOT NULL,
            secret text NOT NULL,
            kinds text[],
            is_active boolean DEFAULT true NOT NULL,
            stated_by text NOT NULL,
            stated_at timestamptz DEFAULT clock_timestamp() NOT NULL,
            failing_since timestamptz,
            disabled_at timestamptz,
            CONSTRAINT webhook_pkey PRIMARY KEY (id),
            CONSTRAINT webhook_url_check CHECK (url ~ '^https?://'),
            CONSTRAINT webhook_organisation_id_fkey FOREIGN KEY(organisation_id) REFERENCES organisation (id)
        )
    """)
    op.execute("CREATE INDEX webhook_organisation_id_idx ON webhook (organisation_id)")
    # Who is written to, for the job that knows nothing of accounts: people in their roles, and organisations themselves.
    op.execute("""
        CREATE VIEW notice_address AS
        SELECT r.organisation_id, r.role, u.login AS address, u.language, r.kato
        FROM user_role r JOIN user_account u ON u.id = r.user_id
        WHERE u.is_active
        UNION ALL
        SELECT organisation_id, NULL, email, language, NULL FROM organisation_address WHERE is_active
    """)


def _create_outbox() -> None:
    op.execute("""
        CREATE TABLE notice (
            id bigint GENERATED ALWAYS AS IDENTITY,
            kind text NOT NULL,
            channel text NOT NULL,
            letter_id integer,
            webhook_id integer,
            organisation_id integer,
            role text,
            address text,
            language text,
            is_for_information boolean DEFAULT false NOT NULL,
            state text NOT NULL,
            attempts integer DEFAULT 0 NOT NULL,
            next_try_at timestamptz,
            taken_at timestamptz,
            sent_at timestamptz,
            bounced_at timestamptz,
            read_at timestamptz,
            reply text,
            document_sha256 text,
            token text DEFAULT left(encode(sha256(convert_to(gen_random_uuid()::text, 'UTF8')), 'hex'), 32) NOT NULL,
            read_key text DEFAULT left(encode(sha256(convert_to(gen_random_uuid()::text, 'UTF8')), 'hex'), 32) NOT NULL,
            secret text,
            created_at timestamptz DEFAULT clock_timestamp() NOT NULL,
            CONSTRAINT notice_pkey PRIMARY KEY (id),
            CONSTRAINT notice_kind_check CHECK (kind IN ('claim_issued', 'reminder', 'overdue', 'second_letter', 'referral_file', 'accepted_by_silence', 'disputed', 'joint_visit_asked', 'joint_visit_set', 'repair_reported', 'repair_verified', 'repair_rejected', 'dispute_upheld', 'dispute_granted', 'withdrawn', 'reopened', 'done_by_others', 'in_court', 'back_from_court', 'closed_unfixed', 'prescription', 'changed_since', 'password_reset', 'webhook_disabled')),
            CONSTRAINT notice_channel_check CHECK (channel IN ('mail', 'webhook')),
            CONSTRAINT notice_state_check CHECK (state IN ('unaddressed', 'waiting', 'sending', 'sent', 'bounced', 'given_up')),
            CONSTRAINT notice_role_check CHECK (role IN ('inspector', 'engineer', 'contractor', 'supervisor', 'auditor', 'administrator')),
            CONSTRAINT notice_language_check CHECK (language IN ('kk', 'ru', 'en')),
            CONSTRAINT notice_recipient_check CHECK (CASE channel WHEN 'webhook' THEN webhook_id IS NOT NULL ELSE state = 'unaddressed' OR address IS NOT NULL END),
            CONSTRAINT notice_taken_at_check CHECK ((state = 'sending') = (taken_at IS NOT NULL)),
            CONSTRAINT notice_sent_at_check CHECK (state <> 'sent' OR sent_at IS NOT NULL),
            CONSTRAINT notice_letter_check CHECK (letter_id IS NOT NULL OR kind IN ('password_reset', 'webhook_disabled')),
            CONSTRAINT notice_secret_check CHECK (secret IS NULL OR kind = 'password_reset'),
            CONSTRAINT notice_token_key UNIQUE (token),
            CONSTRAINT notice_read_key_key UNIQUE (read_key),
            CONSTRAINT notice_letter_id_fkey FOREIGN KEY(letter_id) REFERENCES letter (id),
            CONSTRAINT notice_webhook_id_fkey FOREIGN KEY(webhook_id) REFERENCES webhook (id),
            CONSTRAINT notice_organisation_id_fkey FOREIGN KEY(organisation_id) REFERENCES organisation (id)
        )
    """)
    op.execute("CREATE INDEX notice_due_idx ON notice (next_try_at) WHERE state IN ('waiting', 'sending')")
    op.execute("CREATE INDEX notice_letter_id_idx ON notice (letter_id)")
    op.execute(
        "CREATE UNIQUE INDEX notice_mail_key ON notice (letter_id, address) WHERE channel = 'mail' AND address IS NOT NULL"
    )
    op.execute("CREATE INDEX notice_state_idx ON notice (state, id)")
    op.execute("CREATE UNIQUE INDEX notice_webhook_key ON notice (letter_id, webhook_id) WHERE webhook_id IS NOT NULL")
    op.execute("""
        CREATE TABLE notice_attempt (
            id bigint GENERATED ALWAYS AS IDENTITY,
            notice_id bigint NOT NULL,
            at timestamptz NOT NULL,
            outcome text NOT NULL,
            server text NOT NULL,
            reply text NOT NULL,
            CONSTRAINT notice_attempt_pkey PRIMARY KEY (id),
            CONSTRAINT notice_attempt_outcome_check CHECK (outcome IN ('sent', 'later', 'refused')),
            CONSTRAINT notice_attempt_notice_id_fkey FOREIGN KEY(notice_id) REFERENCES notice (id)
        )
    """)
    op.execute("CREATE INDEX notice_attempt_notice_id_idx ON notice_attempt (notice_id)")
    op.execute("""
        CREATE TABLE untold (
            id bigint GENERATED ALWAYS AS IDENTITY,
            claim_id integer NOT NULL,
            line_id integer,
            event_id bigint,
            step_id integer,
            kind text,
            CONSTRAINT untold_pkey PRIMARY KEY (id),
            CONSTRAINT untold_what_check CHECK (num_nonnulls(event_id, step_id, kind) = 1),
            CONSTRAINT untold_kind_check CHECK (kind IN ('claim_issued', 'reminder', 'overdue', 'second_letter', 'referral_file', 'accepted_by_silence', 'disputed', 'joint_visit_asked', 'joint_visit_set', 'repair_reported', 'repair_verified', 'repair_rejected', 'dispute_upheld', 'dispute_granted', 'withdrawn', 'reopened', 'done_by_others', 'in_court', 'back_from_court', 'closed_unfixed', 'prescription', 'changed_since', 'password_reset', 'webhook_disabled')),
            CONSTRAINT untold_claim_id_fkey FOREIGN KEY(claim_id) REFERENCES claim (id),
            CONSTRAINT untold_line_id_fkey FOREIGN KEY(line_id) REFERENCES claim_line (id),
            CONSTRAINT untold_event_id_fkey FOREIGN KEY(event_id) REFERENCES claim_event (id),
            CONSTRAINT untold_step_id_fkey FOREIGN KEY(step_id) REFERENCES ladder_step (id)
        )
    """)
    op.execute("CREATE INDEX untold_claim_id_idx ON untold (claim_id)")


def _mark_what_is_untold() -> None:
    """Whoever writes an event or a rung, by whatever statement, leaves a mark in the same transaction."""
    op.execute("""
        CREATE FUNCTION mark_untold_event() RETURNS trigger LANGUAGE plpgsql
        SECURITY DEFINER SET search_path = public, pg_temp AS $$
        BEGIN
            INSERT INTO untold (claim_id, line_id, event_id)
            SELECT claim_id, line_id, id FROM added
            WHERE action NOT IN ('draft', 'deliver', 'acknowledge') AND coalesce(to_state, '') <> 'drafted'
                AND (action = 'issue' OR coalesce(from_state, '') <> 'drafted')
            ORDER BY id;
            RETURN NULL;
        END $$
    """)
    op.execute("""
        CREATE FUNCTION mark_untold_step() RETURNS trigger LANGUAGE plpgsql
        SECURITY DEFINER SET search_path = public, pg_temp AS $$
        BEGIN
            INSERT INTO untold (claim_id, line_id, step_id)
            SELECT l.claim_id, l.id, s.id FROM added s JOIN claim_line l ON l.id = s.line_id ORDER BY s.id;
            RETURN NULL;
        END $$
    """)
    for table, what in (("claim_event", "event"), ("ladder_step", "step")):
        op.execute(
            f"CREATE TRIGGER untold_{what} AFTER INSERT ON {table} REFERENCING NEW TABLE AS added"
            f" FOR EACH STATEMENT EXECUTE FUNCTION mark_untold_{what}()"
        )
        op.execute(f"REVOKE EXECUTE ON FUNCTION mark_untold_{what} FROM PUBLIC")


def _keep_what_was_sent() -> None:
    op.execute("""
        CREATE FUNCTION letter_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '% is kept as it was sent', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
        END $$
    """)
    for table in ("letter", "letter_cause", "letter_document", "notice_attempt"):
        op.execute(
            f"CREATE TRIGGER {table}_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION letter_is_kept()"
        )


def _let_read_by_key() -> None:
    """The first reading is kept: of a mailed link, and of a letter opened by somebody of the organisation."""
    op.execute("""
        CREATE FUNCTION confirm_reading(key text, at timestamptz) RETURNS text LANGUAGE sql
        SECURITY DEFINER SET search_path = public, pg_temp AS $$
            UPDATE notice n SET read_at = coalesce(n.read_at, at)
            FROM letter l
            WHERE n.read_key = key AND n.state = 'sent' AND l.id = n.letter_id
            RETURNING l.code
        $$
    """)
    op.execute("""
        CREATE FUNCTION read_own_notices(letter integer, at timestamptz) RETURNS void LANGUAGE sql
        SECURITY DEFINER SET search_path = public, pg_temp AS $$
            UPDATE notice SET read_at = at
            WHERE letter_id = letter AND organisation_id = acting_organisation() AND channel = 'mail' AND read_at IS NULL
                AND address = (SELECT login FROM user_account WHERE id = acting_user())
        $$
    """)
    op.execute("REVOKE EXECUTE ON FUNCTION confirm_reading, read_own_notices FROM PUBLIC")


def _show_letters() -> None:
    """What anybody may check who holds a letter: what it is, and that the file is the one that was sent."""
    op.execute("""
        CREATE VIEW public_letter AS
        SELECT
            l.code, l.kind, l.written_on, l.ordinal, c.number AS claim_number, c.contract_id, k.number AS contract_number,
            customer.name AS customer, contractor.name AS contractor, contractor.bin AS contractor_bin, p.state,
            d.documents
        FROM letter l
        JOIN claim c ON c.id = l.claim_id
        JOIN public_claim p ON p.id = c.id
        JOIN contract k ON k.id = c.contract_id
        JOIN organisation customer ON customer.id = k.customer_id
        JOIN organisation contractor ON contractor.id = c.contractor_id
        JOIN (
            SELECT letter_id, jsonb_agg(
                jsonb_build_object('language', language, 'sha256', sha256) ORDER BY language
            ) AS documents
            FROM letter_document
            GROUP BY letter_id
        ) AS d ON d.letter_id = l.id
    """)


KEPT = "letter, letter_cause, letter_document, notice_attempt"
SHOWN = """
    id, kind, channel, letter_id, webhook_id, organisation_id, role, address, language, is_for_information, state, attempts,
    next_try_at, taken_at, sent_at, bounced_at, read_at, reply, document_sha256, created_at
"""
"""All of a notice but what opens something."""


def _grant() -> None:
    op.execute(f"GRANT SELECT, INSERT ON {KEPT}, notice TO roads_jobs")
    op.execute("GRANT UPDATE ON notice TO roads_jobs")
    op.execute("GRANT SELECT ON notice_address, webhook, organisation_address TO roads_jobs")
    op.execute("GRANT UPDATE (is_active, failing_since, disabled_at) ON webhook TO roads_jobs")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON untold TO roads_jobs")
    op.execute(f"GRANT SELECT ON {KEPT} TO roads_app")
    op.execute(f"GRANT SELECT ({SHOWN}), UPDATE (state, next_try_at, taken_at, attempts) ON notice TO roads_app")
    op.execute("GRANT INSERT (claim_id, line_id, kind) ON untold TO roads_app")
    op.execute("GRANT SELECT, INSERT, UPDATE (is_active, language) ON organisation_address TO roads_app")
    op.execute(
        "GRANT SELECT (id, organisation_id, url, kinds, is_active, stated_by, stated_at, failing_since, disabled_at),"
        " INSERT (organisation_id, url, secret, kinds, stated_by), UPDATE (is_active, failing_since, disabled_at)"
        " ON webhook TO roads_app"
    )
    op.execute("GRANT EXECUTE ON FUNCTION confirm_reading, read_own_notices TO roads_app")
    op.execute(
        "GRANT INSERT (kind, channel, address, language, state, next_try_at, secret) ON notice TO roads_accounts"
    )
    op.execute("GRANT SELECT ON public_letter TO roads_public, roads_app")


HELD = (
    "letter",
    "letter_cause",
    "letter_document",
    "notice",
    "notice_attempt",
    "untold",
    "organisation_address",
    "webhook",
)


def _policy(table: str, name: str, what: str, *, using: str | None = None, check: str | None = None) -> None:
    words = f"CREATE POLICY {table}_{name} ON {table} FOR {what}"
    words += f" USING ({using})" if using else ""
    op.execute(words + (f" WITH CHECK ({check})" if check else ""))


def _hold() -> None:
    """Who sees a claim sees its letters; of the outbox everybody their own organisation's, administrators all."""
    for table in HELD:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        _policy(table, "jobs", "ALL TO roads_jobs", using="true")
    administers = "(SELECT acting_role()) = 'administrator'"
    answers = "(SELECT acting_role()) = 'contractor'"
    of_claim = "EXISTS (SELECT FROM claim c WHERE c.id = claim_id)"
    of_letter = "EXISTS (SELECT FROM letter l WHERE l.id = letter_id)"
    own = "organisation_id = (SELECT acting_organisation())"
    _policy("letter", "read", "SELECT TO roads_app", using=f"{of_claim} AND (kind <> 'referral_file' OR NOT {answers})")
    for table in ("letter_cause", "letter_document"):
        _policy(table, "read", "SELECT TO roads_app", using=of_letter)
    seen = f"{administers} OR ({of_letter} AND ({own} OR NOT {answers}))"
    _policy("notice", "read", "SELECT TO roads_app", using=seen)
    _policy("notice", "change", "UPDATE TO roads_app", using=administers, check=administers)
    _policy("notice", "reset", "INSERT TO roads_accounts", check="kind = 'password_reset'")
    _policy(
        "notice_attempt",
        "read",
        "SELECT TO roads_app",
        using="EXISTS (SELECT FROM notice n WHERE n.id = notice_id)",
    )
    _policy("untold", "add", "INSERT TO roads_app", check=of_claim)
    for table in ("organisation_address", "webhook"):
        _policy(table, "read", "SELECT TO roads_app", using=f"{administers} OR {own}")
        _policy(table, "add", "INSERT TO roads_app", check=administers)
        _policy(table, "change", "UPDATE TO roads_app", using=administers, check=administers)


def downgrade() -> None:
    op.execute("DROP TRIGGER untold_event ON claim_event")
    op.execute("DROP TRIGGER untold_step ON ladder_step")
    op.execute("DROP FUNCTION confirm_reading, read_own_notices, mark_untold_event, mark_untold_step")
    op.execute("DROP VIEW public_letter, notice_address")
    op.execute("DROP TABLE untold, notice_attempt, notice, letter_document, letter_cause, letter, webhook")
    op.execute("DROP TABLE organisation_address")
    op.execute("DROP FUNCTION letter_is_kept")
    op.execute("ALTER TABLE claim_event DROP CONSTRAINT claim_event_action_check")
    listed = ", ".join(f"'{one}'" for one in ACTIONS)
    # Orders that were given stay on record, though no more can be given.
    op.execute(
        f"ALTER TABLE claim_event ADD CONSTRAINT claim_event_action_check CHECK (action IN ({listed})) NOT VALID"
    )
