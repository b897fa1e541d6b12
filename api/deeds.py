"""What people do to a line of a claim: each deed by its path, what is said with it, and the use case that does it.

One table serves the API and the pages: whoever adds an action adds a line here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from api.schemas import claims as said
from roads.domain.actors import Actor
from roads.domain.claims import Action, Finding, LineState, StaleRevision
from roads.usecases import claims_answers as answers
from roads.usecases import claims_endings as endings
from roads.usecases import claims_offers as offers
from roads.usecases import claims_repairs as repairs
from roads.usecases import claims_visits as visits
from roads.usecases import letters

UseCase = Callable[..., LineState | answers.Disputed | None]


@dataclass(frozen=True, slots=True)
class Deed:
    """A deed: its path below a line, the actions it may amount to, what is said, and how that becomes a command."""

    path: str
    actions: tuple[Action, ...]
    body: type[said.Body]
    command: Callable[[int, Any], object]
    use_case: UseCase

    def do(self, session: Session, actor: Actor, line_id: int, body: said.Body, *, today: date) -> Finding | None:
        """Do it; of a dispute over works of others, what the register of works says. Errors: RoadsError."""
        done = self.use_case(session, actor, self.command(line_id, body), today=today)
        return done.finding if isinstance(done, answers.Disputed) else None


def _decided(path: str, action: Action, use_case: UseCase) -> Deed:
    return Deed(path, (action,), said.Reasoned, lambda line, body: answers.Decide(line, body.note), use_case)


BY_PATH = {
    deed.path: deed
    for deed in (
        Deed("accept", (Action.ACCEPT,), said.Body, lambda line, _: answers.AcceptLine(line), answers.accept),
        Deed(
            "dispute",
            (Action.DISPUTE,),
            said.Disputing,
            lambda line, body: answers.DisputeLine(line, body.reason, body.note, body.documents, body.photos),
            answers.dispute,
        ),
        Deed(
            "ask-joint-visit",
            (Action.ASK_JOINT_VISIT,),
            said.Asking,
            lambda line, body: visits.AskJointVisit(line, body.note, body.visit_on),
            visits.ask_joint_visit,
        ),
        Deed(
            "plan",
            (Action.PLAN_REPAIR,),
            said.Planning,
            lambda line, body: repairs.PlanRepair(line, body.planned_on, body.note),
            repairs.plan_repair,
        ),
        Deed(
            "patch",
            (Action.PATCH,),
            said.Noted,
            lambda line, body: repairs.RecordPatch(line, body.note),
            repairs.record_patch,
        ),
        Deed(
            "repair",
            (Action.REPORT_REPAIR,),
            said.Repairing,
            lambda line, body: repairs.ReportRepair(line, body.photos, body.note),
            repairs.report_repair,
        ),
        Deed(
            "verify",
            (Action.VERIFY,),
            said.Verifying,
            lambda line, body: repairs.VerifyRepair(line, body.note, body.is_released),
            repairs.verify,
        ),
        Deed(
            "reject-repair",
            (Action.REJECT_REPAIR,),
            said.Reasoned,
            lambda line, body: repairs.RejectRepair(line, body.note),
            repairs.reject_repair,
        ),
        Deed(
            "offer-verification",
            (Action.OFFER_VERIFICATION,),
            said.Offering,
            lambda line, body: offers.OfferVerification(line, body.bin, body.note),
            offers.offer_verification,
        ),
        Deed(
            "set-joint-visit",
            (Action.SET_JOINT_VISIT,),
            said.Meeting,
            lambda line, body: visits.SetJointVisit(line, body.visit_on, body.note),
            visits.set_joint_visit,
        ),
        Deed(
            "hold-joint-visit",
            (Action.HOLD_JOINT_VISIT,),
            said.Met,
            lambda line, body: visits.HoldJointVisit(line, body.held_on, body.act, body.note),
            visits.hold_joint_visit,
        ),
        Deed(
            "prescribe",
            (Action.PRESCRIBE,),
            said.Reasoned,
            lambda line, body: letters.Prescribe([line], body.note),
            letters.prescribe,
        ),
        _decided("withdraw", Action.WITHDRAW, endings.withdraw),
        _decided("uphold", Action.UPHOLD, answers.uphold),
        _decided("grant", Action.GRANT, answers.grant),
        Deed(
            "reopen",
            (Action.REOPEN,),
            said.Reopening,
            lambda line, body: repairs.Reopen(line, body.reason, body.note, body.defect_id),
            repairs.reopen,
        ),
        Deed(
            "do-by-others",
            (Action.DO_BY_OTHERS,),
            said.ByOthers,
            lambda line, body: endings.DoByOthers(line, body.note, body.cost_tenge),
            endings.do_by_others,
        ),
        _decided("refer-to-court", Action.REFER_TO_COURT, endings.refer_to_court),
        Deed(
            "return-from-court",
            (Action.RETURN_ACCEPTED, Action.RETURN_WITHDRAWN, Action.RETURN_DONE_BY_OTHERS),
            said.FromCourt,
            lambda line, body: endings.ReturnFromCourt(line, body.result, body.note),
            endings.return_from_court,
        ),
        _decided("close-without-fix", Action.CLOSE_WITHOUT_FIX, endings.close_without_fix),
    )
}
"""Every deed by its path."""


def revision_of(written: str) -> int:
    """The revision of a line that somebody has read, as a form or a header tells it. Errors: StaleRevision."""
    if not (written.isascii() and written.isdecimal() and len(written) < 10):
        raise StaleRevision(expected=written[:40], revision="-")
    return int(written)


def deeds_open(actions: tuple[Action, ...] | list[Action]) -> list[Deed]:
    """The deeds that amount to one of these actions, in the order of the table."""
    return [deed for deed in BY_PATH.values() if set(deed.actions) & set(actions)]
