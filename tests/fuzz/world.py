"""A small world in which questions find something: roads, contracts, claims in many states, photos, and six people."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from roads.db import transaction
from roads.domain.actors import OPERATOR
from roads.domain.actors import Role as Acting
from roads.domain.claims import Action
from roads.domain.photos import PhotoSubject
from roads.i18n import LANGUAGES
from roads.media import Media
from roads.models import Organisation
from roads.queries.accounts import SignedIn
from roads.queries.photos import Subject
from roads.usecases.letters import keep_document
from roads.usecases.notices import write_letters
from roads.usecases.photos import AttachPhoto, KeepPhoto, attach_photo, keep_photo
from tests.accounts import PASSWORD, make_user
from tests.claims import TODAY, Scene, make_scene
from tests.factories import make_carriageway, make_distress, make_organisation, make_road
from tests.ledger import sequence
from tests.pictures import asphalt, exif_of, written
from tests.signed import enter
from tests.status import refresh

STATES = (
    (),
    (Action.ACCEPT,),
    (Action.DISPUTE,),
    (Action.DISPUTE, Action.UPHOLD),
    (Action.ASK_JOINT_VISIT, Action.SET_JOINT_VISIT),
    (Action.ACCEPT, Action.PLAN_REPAIR),
    (Action.ACCEPT, Action.REPORT_REPAIR),
    (Action.ACCEPT, Action.REPORT_REPAIR, Action.OFFER_VERIFICATION),
    (Action.ACCEPT, Action.REPORT_REPAIR, Action.VERIFY),
    (Action.ACCEPT, Action.REPORT_REPAIR, Action.REJECT_REPAIR),
    (Action.REFER_TO_COURT,),
    (Action.WITHDRAW,),
)
"""What has happened to the lines that were issued."""

DRAFTS = 4
PHOTOS = 3


@dataclass(frozen=True)
class World:
    """The people by role; `source_ids` are carriageways, `ids` the numbers under which most things are found."""

    people: Mapping[Acting, SignedIn]
    logins: tuple[str, ...]
    source_ids: tuple[str, ...]
    ids: range = range(1, 25)
    password: str = PASSWORD


def make_world(engine: Engine, media: Media) -> World:
    """The same each time, for one seed finds the same."""
    with transaction(engine, None) as session:
        scene = make_scene(session)
        for code, element in (("pothole", "pavement"), ("rutting", "pavement"), ("missing_sign", "furniture")):
            make_distress(session, code, element=element)
        other = make_scene(session, lat=51.0, with_rules=False)
        other.issued(700)
        lines = [scene.issued(500 * (number + 1)) for number, _ in enumerate(STATES)]
        for line, deeds in zip(lines, STATES, strict=True):
            if deeds:
                scene.does(line, *deeds)
        drafted = [scene.defect(6000 + 500 * number) for number in range(DRAFTS)]
        scene.draft()
        scene.defect(6003)  # the same as one before, perhaps
        _photos(session, scene, media, [line.defect_id for line in lines[:2]] + [drafted[0].id])
        beside = make_carriageway(session, make_road(session), lat=50.0002)
        supervisor, auditor = make_organisation(session), make_organisation(session)
        scene.contract.supervisor_id = supervisor.id
        refresh(session, TODAY)
        sequence(session)
        organisations = {
            Acting.CONTRACTOR: scene.contractor.id,
            Acting.SUPERVISOR: supervisor.id,
            Acting.AUDITOR: auditor.id,
        }
        people = {role: organisations.get(role, scene.customer.id) for role in Acting}
        source_ids = (scene.line.source_id, other.line.source_id, beside.source_id)
    entered = {role: _enter(engine, role, organisation) for role, organisation in people.items()}
    with transaction(engine) as session:
        write_letters(session, OPERATOR, today=TODAY, now=datetime.now(UTC))
        for letter_id in session.scalars(text("SELECT id FROM letter ORDER BY id LIMIT 3")).all():
            for language in LANGUAGES:
                keep_document(session, OPERATOR, letter_id, language, b"%PDF-1.7 a letter")
    return World(entered, tuple(_login(role) for role in Acting), source_ids)


def _photos(session: Session, scene: Scene, media: Media, defects: list[int]) -> None:
    for number, defect in enumerate(defects[:PHOTOS]):
        exif = exif_of(taken="2024:06:03 12:00:00", offset="+05:00", at=(70.01, 50.0))
        content = written(asphalt(900 + number, 320, 240), exif=exif)
        kept = keep_photo(session, scene.engineer, KeepPhoto(content), media=media).photo
        subject = Subject(PhotoSubject.DEFECT, defect)
        attach_photo(session, scene.engineer, AttachPhoto(kept.id, subject), today=TODAY)


def _login(role: Acting) -> str:
    return f"{role}@example.kz"


def _enter(engine: Engine, role: Acting, organisation_id: int) -> SignedIn:
    """Somebody new, signed in just now."""
    now, login = datetime.now(UTC), _login(role)
    with transaction(engine, None) as session:
        make_user(session, session.get_one(Organisation, organisation_id), role, login=login, now=now - timedelta(1))
    return enter(engine, login).signed_in
