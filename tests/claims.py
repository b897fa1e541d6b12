"""A road under warranty with the people around a claim: a test says what happens to it, step by step."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from hashlib import sha256
from itertools import count

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from roads.domain.actors import OPERATOR, Actor, Role, person
from roads.domain.claims import Action, DisputeReason, LineState, ReopenReason
from roads.domain.photos import look_keys
from roads.models import (
    Carriageway,
    ClaimEvent,
    ClaimLine,
    Contract,
    ContractSection,
    Defect,
    Organisation,
    Photo,
    PhotoUpload,
)
from roads.queries.claims import line_state
from roads.usecases import claims_answers as answers
from roads.usecases import claims_endings as endings
from roads.usecases import claims_offers as offers
from roads.usecases import claims_repairs as repairs
from roads.usecases import claims_visits as visits
from roads.usecases.attribution import AttributeDefects, PlaceDefects, attribute_defects, place_defects
from roads.usecases.claims_drafting import DraftClaims, Drafted, IssueClaim, draft_claims, issue_claim
from roads.usecases.letters import Prescribe, prescribe
from roads.usecases.liability import refresh
from tests.accounts import make_user
from tests.factories import (
    make_acceptance,
    make_carriageway,
    make_contract,
    make_deadline_rule,
    make_defect,
    make_organisation,
    make_region,
    make_road,
    make_section,
    point_beside,
)

TODAY = date(2024, 6, 3)
"""A Monday in the season, a year before the warranty of the scene ends."""

_numbers = count(1)


def make_photo(session: Session, sender: Actor, name: str = "", *, is_kept: bool = True) -> int:
    """A row of a photo that nobody has used yet, unless named, with a look of its own and no file; gives its id."""
    words = name or f"photo {next(_numbers)}"
    content_hash = sha256(words.encode()).hexdigest()
    looks = [int.from_bytes(sha256(f"{words} {window}".encode()).digest()[:8], "big") for window in range(7)]
    bits = [f"{look:064b}" for look in looks]
    facts = {
        "kind": "jpeg", "bytes": 9, "width": 4, "height": 3, "look_hash": bits[0], "looks": bits,
        "look_keys": look_keys(looks), "full_hash": content_hash[::-1], "small_hash": content_hash[1:] + "0",
    }  # fmt: skip
    made = Photo(content_hash=content_hash, kept_by=sender.name, **(facts if is_kept else {}))
    session.add(made)
    session.flush()
    session.add(
        PhotoUpload(photo_id=made.id, name=f"{words}.jpg", sent_by=sender.name, organisation_id=sender.organisation_id)
    )
    session.flush()
    return made.id


@dataclass
class Scene:
    """A carriageway of 10 km, accepted on 1 June 2022 for 36 months: the warranty's last day is 1 June 2025."""

    session: Session
    line: Carriageway
    lat: float
    contract: Contract
    customer: Organisation
    contractor: Organisation
    engineer: Actor = field(init=False)
    builder: Actor = field(init=False)

    def __post_init__(self) -> None:
        self.engineer = person("engineer-1", Role.ENGINEER, self.customer.id)
        self.builder = person("builder-1", Role.CONTRACTOR, self.contractor.id)

    @classmethod
    def of_contract(cls, session: Session, contract_id: int) -> "Scene":
        """The scene of a contract that was made before, in another transaction."""
        contract = session.get_one(Contract, contract_id)
        section = session.scalars(select(ContractSection).where(ContractSection.contract_id == contract_id)).one()
        line = session.get_one(Carriageway, section.carriageway_id)
        sides = (session.get_one(Organisation, id_) for id_ in (contract.customer_id, contract.contractor_id))
        return cls(session, line, 50.0, contract, *sides)

    def defect(self, at_m: float = 1000, *, to_m: float | None = None, **facts: object) -> Defect:
        """A pothole beside the carriageway (or a stretch along it), placed and attributed."""
        lon, lat = point_beside(at_m, lat=self.lat)
        far = None if to_m is None else point_beside(to_m, lat=self.lat)
        facts = {"detected_on": TODAY, **facts}
        defect = make_defect(self.session, lon=lon, lat=lat, to=far, chosen=[self.line], **facts)  # type: ignore[arg-type]
        touched = place_defects(self.session, OPERATOR, PlaceDefects([defect.id], 30))
        assert touched == [self.line.id]
        self.attribute()
        return defect

    def verifier_bin(self) -> str:
        """The BIN of an organisation that has an engineer and nothing to do with the contract."""
        centre = make_organisation(self.session)
        self.session.execute(text("SET LOCAL ROLE roads_accounts"))
        make_user(self.session, centre)
        self.session.execute(text("SET LOCAL ROLE roads_jobs"))
        return centre.bin

    def attribute(self) -> None:
        attribute_defects(self.session, OPERATOR, AttributeDefects([self.line.id]))

    def draft(self, today: date = TODAY) -> Drafted:
        return draft_claims(self.session, OPERATOR, DraftClaims(), today=today)

    def issue(self, today: date = TODAY) -> str:
        """Issue the oldest draft; gives its number."""
        draft = self.session.scalars(
            text("SELECT min(c.id) FROM claim c JOIN claim_line l ON l.claim_id = c.id AND l.state = 'drafted'")
        ).one()
        return issue_claim(self.session, self.engineer, IssueClaim(draft), today=today).number

    def issued(self, at_m: float = 1000, *, today: date = TODAY, **facts: object) -> ClaimLine:
        """The line of a new defect, issued."""
        defect = self.defect(at_m, **{"detected_on": today, **facts})  # type: ignore[arg-type]
        self.draft(today)
        self.issue(today)
        return self.line_of(defect)

    def line_of(self, defect: Defect) -> ClaimLine:
        """The newest line of a defect, as it is now."""
        asked = select(ClaimLine).where(ClaimLine.defect_id == defect.id).order_by(ClaimLine.id.desc()).limit(1)
        return self.session.scalars(asked.execution_options(populate_existing=True)).one()

    def photo(self, name: str = "") -> int:
        """A photo of the builder's."""
        return make_photo(self.session, self.builder, name)

    def line_of_id(self, line_id: int) -> ClaimLine:
        """A line as it is now."""
        asked = select(ClaimLine).where(ClaimLine.id == line_id)
        return self.session.scalars(asked.execution_options(populate_existing=True)).one()

    def state(self, line: ClaimLine) -> LineState:
        return LineState(self.session.scalars(select(ClaimLine.state).where(ClaimLine.id == line.id)).one())

    def actions(self, line: ClaimLine) -> list[str]:
        """What was done to a line, in order."""
        return list(
            self.session.scalars(select(ClaimEvent.action).where(ClaimEvent.line_id == line.id).order_by(ClaimEvent.id))
        )

    def does(self, line: ClaimLine, *actions: Action, today: date = TODAY) -> LineState:
        """Let whoever may do it do one thing after another; gives the state it led to."""
        state = LineState.DRAFTED
        for action in actions:
            state = DEEDS[action](self, line.id, today)
        return state


def make_scene(
    session: Session,
    *,
    value_tenge: Decimal | None = None,
    accepted_on: date = date(2022, 6, 1),
    lat: float = 50.0,
    kato: str = "11",
    with_rules: bool = True,
) -> Scene:
    """A scene with fourteen days for a permanent repair, five for a temporary one, and a region with a winter."""
    customer, contractor = make_organisation(session), make_organisation(session)
    if with_rules:
        make_region(session, kato)
        make_deadline_rule(session)
        make_deadline_rule(session, kind="temporary", days=5, category="cat_2", element="pavement")
    line = make_carriageway(session, make_road(session, kato=kato), lat=lat)
    contract = make_contract(session, customer=customer, contractor=contractor, value_tenge=value_tenge)
    make_acceptance(session, make_section(session, contract, line), accepted_on=accepted_on)
    refresh(session, contract_ids=[contract.id])
    return Scene(session, line, lat, contract, customer, contractor)


def _decide(use_case: Callable[..., LineState], actor: str = "engineer") -> Callable[[Scene, int, date], LineState]:
    def do(scene: Scene, line_id: int, today: date) -> LineState:
        command = answers.Decide(line_id, "because")
        return use_case(scene.session, getattr(scene, actor), command, today=today)

    return do


def _returned(result: endings.CourtResult) -> Callable[[Scene, int, date], LineState]:
    def do(scene: Scene, line_id: int, today: date) -> LineState:
        command = endings.ReturnFromCourt(line_id, result, "decision 7")
        return endings.return_from_court(scene.session, scene.engineer, command, today=today)

    return do


def _dispute(scene: Scene, line_id: int, today: date) -> LineState:
    command = answers.DisputeLine(line_id, DisputeReason.OVERLOAD, "lorries")
    return answers.dispute(scene.session, scene.builder, command, today=today).state


def _report(scene: Scene, line_id: int, today: date) -> LineState:
    command = repairs.ReportRepair(line_id, [scene.photo()])
    return repairs.report_repair(scene.session, scene.builder, command, today=today)


def _prescribe(scene: Scene, line_id: int, today: date) -> LineState:
    prescribe(scene.session, scene.engineer, Prescribe([line_id], "fence it off"), today=today)
    return line_state(scene.session, line_id)


DEEDS: dict[Action, Callable[[Scene, int, date], LineState]] = {
    Action.WITHDRAW: _decide(endings.withdraw),
    Action.ACCEPT: lambda s, n, d: answers.accept(s.session, s.builder, answers.AcceptLine(n), today=d),
    Action.DISPUTE: _dispute,
    Action.UPHOLD: _decide(answers.uphold),
    Action.GRANT: _decide(answers.grant),
    Action.REPORT_REPAIR: _report,
    Action.VERIFY: lambda s, n, d: repairs.verify(s.session, s.engineer, repairs.VerifyRepair(n), today=d),
    Action.REJECT_REPAIR: lambda s, n, d: repairs.reject_repair(
        s.session, s.engineer, repairs.RejectRepair(n, "still there"), today=d
    ),
    Action.REOPEN: lambda s, n, d: repairs.reopen(
        s.session, s.engineer, repairs.Reopen(n, ReopenReason.NOT_FIXED, "it is not"), today=d
    ),
    Action.DO_BY_OTHERS: lambda s, n, d: endings.do_by_others(
        s.session, s.engineer, endings.DoByOthers(n, "urgent", Decimal(1000)), today=d
    ),
    Action.REFER_TO_COURT: _decide(endings.refer_to_court),
    Action.RETURN_ACCEPTED: _returned(endings.CourtResult.ACCEPTED),
    Action.RETURN_WITHDRAWN: _returned(endings.CourtResult.WITHDRAWN),
    Action.RETURN_DONE_BY_OTHERS: _returned(endings.CourtResult.DONE_BY_OTHERS),
    Action.CLOSE_WITHOUT_FIX: _decide(endings.close_without_fix),
    Action.PATCH: lambda s, n, d: repairs.record_patch(s.session, s.builder, repairs.RecordPatch(n), today=d),
    Action.PRESCRIBE: _prescribe,
    Action.ASK_JOINT_VISIT: lambda s, n, d: visits.ask_joint_visit(
        s.session, s.builder, visits.AskJointVisit(n), today=d
    ),
    Action.SET_JOINT_VISIT: lambda s, n, d: visits.set_joint_visit(
        s.session, s.engineer, visits.SetJointVisit(n, d), today=d
    ),
    Action.HOLD_JOINT_VISIT: lambda s, n, d: visits.hold_joint_visit(
        s.session, s.engineer, visits.HoldJointVisit(n, d, "act 5", "it is as claimed"), today=d
    ),
    Action.PLAN_REPAIR: lambda s, n, d: repairs.plan_repair(s.session, s.builder, repairs.PlanRepair(n, d), today=d),
    Action.OFFER_VERIFICATION: lambda s, n, d: offers.offer_verification(
        s.session, s.engineer, offers.OfferVerification(n, s.verifier_bin()), today=d
    ),
}
"""Who may do it, does it: every action on a line but drafting and issuing, which are done to claims."""


def everything(session: Session, tables: Sequence[str]) -> dict[str, list[tuple[object, ...]]]:
    """All rows of some tables."""
    return {
        name: [tuple(row) for row in session.execute(text(f'SELECT * FROM "{name}" ORDER BY 1'))] for name in tables
    }
