"""The demonstration's year: everything that can become of a claim does, in order, and through nobody's back door."""

from collections.abc import Mapping
from datetime import timedelta
from io import BytesIO
from itertools import combinations

import pytest
from PIL import Image
from sqlalchemy import Engine, text

from roads.db import transaction
from roads.domain.claims import Action, LineState, Rung, next_state
from roads.domain.inspections import InspectionKind, InspectionOutcome
from roads.domain.photos import ALIKE_BITS, bits_apart
from roads.media import MediaFolder
from roads.pictures import read_picture
from roads.usecases.photos import ALMATY
from seed import fates
from seed.photos import picture
from tests.buckets import is_kept
from tests.seed.conftest import TODAY


def counted(engine: Engine, query: str) -> Mapping[str, int]:
    """How many there are of each, by a query that gives pairs."""
    with transaction(engine) as session:
        return {row[0]: int(row[1]) for row in session.execute(text(query), {"today": TODAY})}


def count(engine: Engine, query: str) -> int:
    with transaction(engine) as session:
        return int(session.scalar(text(query), {"today": TODAY}) or 0)


def test_every_state_of_a_line_occurs(demo: Engine) -> None:
    assert counted(demo, "SELECT state, count(*) FROM claim_line GROUP BY 1").keys() == set(LineState)


def test_everything_that_may_be_done_to_a_claim_is_done(demo: Engine) -> None:
    done = counted(demo, "SELECT action, count(*) FROM claim_event GROUP BY 1").keys()
    # Repairs are offered to people, who come after the story; and nothing in it changes after its claim was issued.
    assert set(Action) - done <= {Action.OFFER_VERIFICATION, Action.CHANGED_SINCE}
    assert done <= set(Action)


def test_silence_climbs_every_rung_up_to_the_referral_file(demo: Engine) -> None:
    climbed = counted(demo, "SELECT rung, count(*) FROM ladder_step GROUP BY 1")
    on_day_30 = """
        SELECT count(*) FROM ladder_step s JOIN claim_line l ON l.id = s.line_id
        WHERE s.rung = 'referral_file' AND l.round = s.round AND s.due_on = l.rectify_by + 30
    """

    assert climbed.keys() == set(Rung)
    assert count(demo, on_day_30) > 0


@pytest.mark.parametrize(
    ("what", "at_least", "query"),
    [
        ("overdue today", 5, ("SELECT count(*) FROM claim_line WHERE state IN ('issued', 'accepted') "
                             "AND rectify_by < CAST(:today AS date)")),
        ("warranties lost", 3, "SELECT count(*) FROM lost_warranty"),
        ("defects that came back", 2, ("SELECT count(*) FROM recurrence r JOIN defect d ON d.id = r.defect_id "
                                       "WHERE d.external_id LIKE 'demo-back-%'")),
        ("reopened because one came back", 1, ("SELECT count(*) FROM claim_event WHERE action = 'reopen' "
                                              "AND reason = 'recurrence' AND evidence ? 'defect_id'")),
        ("digs that the register confirms", 1, ("SELECT count(*) FROM claim_event WHERE action = 'dispute' "
                                               "AND reason = 'third_party_works' "
                                               "AND evidence ->> 'finding' = 'in_register'")),
        ("digs that nobody knows of", 1, ("SELECT count(*) FROM claim_event WHERE action = 'dispute' "
                                         "AND evidence ->> 'finding' = 'not_in_register'")),
        ("repairs rejected", 3, "SELECT count(*) FROM repair WHERE verdict = 'rejected'"),
        ("verified by the quality centre", 10, ("SELECT count(*) FROM repair r JOIN organisation o "
                                               "ON o.id = r.verifier_organisation_id WHERE o.name LIKE '%орталығы%'")),
        ("deadlines that winter moved", 10, ("SELECT count(*) FROM claim_line "
                                            "WHERE rectify_by_before_winter < rectify_by")),
        ("deadlines of the contract's own", 1, "SELECT count(*) FROM claim_line WHERE rectify_origin = 'contract'"),
    ],
)  # fmt: skip
def test_the_year_has_its_troubles(demo: Engine, what: str, at_least: int, query: str) -> None:
    assert count(demo, query) >= at_least, what


KEPT = """
    SELECT CASE WHEN EXISTS (
        SELECT FROM public_inspection i
        WHERE i.carriageway_id = p.carriageway_id AND i.extent && p.extent AND i.inspected_on <@ p.due
            AND i.outcome <> 'not_completed'
    ) THEN 'kept' ELSE 'missed' END, count(*)
    FROM planned_inspection p
    WHERE upper(p.due) <= CAST(:today AS date)
    GROUP BY 1
"""


def test_most_planned_inspections_are_kept_and_some_are_missed(demo: Engine) -> None:
    plans = counted(demo, KEPT)

    assert 0 < plans["missed"] < plans["kept"]


def test_inspections_of_every_kind_come_to_every_outcome(demo: Engine) -> None:
    kinds = counted(demo, "SELECT kind, count(*) FROM inspection GROUP BY 1")

    assert kinds.keys() == set(InspectionKind) - {InspectionKind.OTHER}
    assert counted(demo, "SELECT outcome, count(*) FROM inspection GROUP BY 1").keys() == set(InspectionOutcome)


def test_part_of_the_network_was_not_looked_at_for_a_year(demo: Engine) -> None:
    looked_at = counted(
        demo,
        "SELECT CASE WHEN EXISTS (SELECT FROM inspected_stretch i WHERE i.carriageway_id = s.carriageway_id "
        "AND i.extent && s.extent) THEN 'seen' ELSE 'unseen' END, count(*) FROM segment s GROUP BY 1",
    )

    assert looked_at["unseen"] > 1000
    assert looked_at["seen"] > looked_at["unseen"]


def test_the_year_ends_on_the_day_of_loading_and_nothing_happens_before_its_time(demo: Engine) -> None:
    days = """
        SELECT min(day), max(day) FROM (
            SELECT happened_on AS day FROM claim_event UNION SELECT inspected_on FROM inspection
            UNION SELECT judged_on FROM repair UNION SELECT planned_on FROM planned_inspection
        ) AS days
    """
    with transaction(demo) as session:
        first, last = session.execute(text(days)).one()

    assert first >= TODAY - timedelta(days=365)
    assert TODAY - timedelta(days=7) < last <= TODAY


def test_what_is_done_to_a_line_is_told_in_the_order_of_its_days(demo: Engine) -> None:
    disordered = """
        SELECT count(*) FROM (
            SELECT happened_on < lag(happened_on) OVER (PARTITION BY line_id ORDER BY id) AS is_back
            FROM claim_event WHERE line_id IS NOT NULL AND action <> 'accept_by_silence'
        ) AS steps WHERE is_back
    """
    assert count(demo, disordered) == 0


def test_nobody_is_named(demo: Engine) -> None:
    with transaction(demo) as session:
        people = session.scalars(
            text(
                "SELECT person FROM claim_event UNION SELECT inspector FROM inspection "
                "UNION SELECT reporter FROM repair UNION SELECT verifier FROM repair WHERE verifier IS NOT NULL"
            )
        ).all()

    roles = {name.rpartition("-")[0] or name for name in people}
    assert roles == {"engineer", "contractor", "inspector", "operator"}


def test_every_repair_and_many_a_claimed_place_has_a_photo_with_its_file(
    demo: Engine, album_folder: MediaFolder
) -> None:
    uses = counted(demo, "SELECT subject, count(*) FROM photo_use GROUP BY 1")
    assert uses["repair"] == count(demo, "SELECT count(*) FROM repair")
    assert uses["defect"] > 30
    with transaction(demo) as session:
        names = session.execute(text("SELECT content_hash, full_hash, small_hash FROM photo")).all()
    # A citizen's photo is not a defect's before somebody has looked at the report.
    assert len(names) == sum(uses.values()) + count(demo, "SELECT count(*) FROM report_photo")
    assert all(is_kept(album_folder, name) for row in names for name in row)


def test_most_photos_are_released_and_now_and_then_a_phone_was_wrong_about_its_place(demo: Engine) -> None:
    assert count(demo, "SELECT count(*) FROM public_photo") > 20
    assert count(demo, "SELECT count(*) FROM photo WHERE released_on IS NULL") > 5
    assert 0 < count(demo, "SELECT count(*) FROM photo_use WHERE device_m > 200") < 20


def test_a_picture_is_a_photo_of_its_own_by_content_and_by_look() -> None:
    pictures = [picture(number, is_mended=is_mended) for number in range(1, 25) for is_mended in (True, False)]
    looks = [read_picture(content, "image/jpeg", ALMATY).looks[0] for content in pictures]
    assert min(bits_apart(*pair) for pair in combinations(looks, 2)) > ALIKE_BITS
    assert picture(7, is_mended=True) == pictures[12]
    assert min(Image.open(BytesIO(pictures[0])).size) >= 480


def test_the_packs_of_fates_lead_to_every_state_that_follows_an_issue() -> None:
    reached = {LineState.ISSUED}
    for pack in (fates.IN_SEASON, fates.IN_WINTER, fates.RECENT):
        for _, fate in pack.values():
            state = LineState.ISSUED
            for step in fate:
                state = next_state(state, step.action)
            reached.add(state)
    assert reached == set(LineState) - {LineState.DRAFTED}
