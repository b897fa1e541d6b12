"""What each job does, cut into pieces that commit one by one.

Use cases that bring NumPy, Shapely, Arrow or tables with geometry along are loaded where a piece of theirs is worked:
most commands of this process work none, and must not wait for them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from sqlalchemy.orm import Session

from roads.domain.actors import Actor
from roads.queries import operations
from roads.queries.ledger import ledger_size
from roads.queries.operations import IdRange
from roads.usecases.attribution import AttributeDefects, PlaceDefects, attribute_defects
from roads.usecases.signing import Signer
from roads.usecases.status import RefreshStatus, refresh_status

DEFECTS_AT_ONCE = 500_000
PLACES_AT_ONCE = 50_000
CONTRACTS_AT_ONCE = 5_000
SEGMENTS_AT_ONCE = 20_000
ENTRIES_AT_ONCE = 10_000

# Ids begin at 1, so this range means the defects that lie on no carriageway.
OFF_NETWORK = IdRange(0, 0)
# For work that is one piece, because it looks only at the few things whose day has come.
EVERYTHING = IdRange(0, 0)


@dataclass(frozen=True, slots=True)
class Piece:
    """What one transaction works on: a range of ids, on behalf of a business day."""

    ids: IdRange
    today: date


class Task(Protocol):
    """A job's work. A piece can be done again without harm: it does only what still waits when its turn comes."""

    def waiting(self, session: Session, today: date, /) -> Sequence[IdRange]:
        """The work there is for a day, in ranges of a size for one transaction each; empty when there is none."""

    def work(self, session: Session, actor: Actor, piece: Piece) -> Mapping[str, int]:
        """Do one piece and say how much was done."""


@dataclass(frozen=True, slots=True)
class PlaceWaitingDefects:
    """Finds the place of every defect that has none. `snap_m` is how far from a carriageway it may lie, in metres."""

    snap_m: float

    def waiting(self, session: Session, _today: date, /) -> Sequence[IdRange]:
        """Ranges of defects without a place."""
        return operations.unplaced_ranges(session, defects_at_once=DEFECTS_AT_ONCE)

    def work(self, session: Session, actor: Actor, piece: Piece) -> Mapping[str, int]:
        """Place what is still unplaced in the range."""
        from roads.usecases.placing import place_many_defects  # noqa: PLC0415

        defects = operations.unplaced_defects(session, piece.ids)
        place_many_defects(session, actor, PlaceDefects(defects, self.snap_m))
        return {"defects": len(defects)}


@dataclass(frozen=True, slots=True)
class AttributeStaleDefects:
    """Answers for the defects of every carriageway that changed since its answers were given, and off the network."""

    def waiting(self, session: Session, _today: date, /) -> Sequence[IdRange]:
        """Ranges of carriageways whose answers are missing or stale."""
        off_network = [OFF_NETWORK] if operations.off_network_waits(session) else []
        return off_network + operations.stale_ranges(session, places_at_once=PLACES_AT_ONCE)

    def work(self, session: Session, actor: Actor, piece: Piece) -> Mapping[str, int]:
        """Answer for what is still stale in the range."""
        carriageways = operations.stale_carriageways(session, piece.ids)
        command = AttributeDefects(carriageways, off_network=piece.ids == OFF_NETWORK)
        done = attribute_defects(session, actor, command)
        return {"carriageways": len(carriageways), "closed": done.closed, "added": done.added}


class OfContracts:
    """Work that is cut by contracts."""

    def waiting(self, session: Session, _today: date, /) -> Sequence[IdRange]:
        """Ranges of all contracts: what a day brings is found in the work itself."""
        return operations.contract_ranges(session, contracts_at_once=CONTRACTS_AT_ONCE)


class DraftWaitingClaims(OfContracts):
    """Drafts a claim for each contract and detection day, and takes back drafts that hold no longer."""

    def work(self, session: Session, actor: Actor, piece: Piece) -> Mapping[str, int]:
        """Draft for the contracts of the range."""
        from roads.usecases.claims_drafting import DraftClaims, draft_claims  # noqa: PLC0415

        command = DraftClaims(operations.contracts_between(session, piece.ids))
        done = draft_claims(session, actor, command, today=piece.today)
        return {"claims": done.claims, "lines": done.lines, "withdrawn": done.withdrawn}


class FlagWarrantiesLost(OfContracts):
    """Keeps every warranty that ended with a confirmed defect of which the contractor was never told."""

    def work(self, session: Session, actor: Actor, piece: Piece) -> Mapping[str, int]:
        """Look at the contracts of the range."""
        from roads.usecases.claims_overdue import FlagLostWarranties, flag_lost_warranties  # noqa: PLC0415

        command = FlagLostWarranties(operations.contracts_between(session, piece.ids))
        done = flag_lost_warranties(session, actor, command, today=piece.today)
        return {"lost": done.lost, "withdrawn": done.withdrawn}


class PlanDueInspections(OfContracts):
    """Plans what is due after acceptance, in the campaigns and in the last days of a warranty."""

    def work(self, session: Session, actor: Actor, piece: Piece) -> Mapping[str, int]:
        """Plan for the contracts of the range."""
        from roads.usecases.inspections import PlanInspections, plan_inspections  # noqa: PLC0415

        command = PlanInspections(operations.contracts_between(session, piece.ids))
        done = plan_inspections(session, actor, command, today=piece.today)
        return {kind.value: count for kind, count in done.items()}


class InOnePiece:
    """Work on the few things whose day has come."""

    def waiting(self, _session: Session, _today: date, /) -> Sequence[IdRange]:
        """One piece, each day."""
        return [EVERYTHING]


class AcceptBySilence(InOnePiece):
    """Silence counts as acceptance where the contract or the customer says so."""

    def work(self, session: Session, actor: Actor, piece: Piece) -> Mapping[str, int]:
        """Accept what nobody answered in time."""
        from roads.usecases.claims_answers import accept_by_silence  # noqa: PLC0415

        return {"lines": accept_by_silence(session, actor, today=piece.today)}


class NoteChangedLines(InOnePiece):
    """Tells of issued claims for which another answer stands by now."""

    def work(self, session: Session, actor: Actor, piece: Piece) -> Mapping[str, int]:
        """Compare what stands with what was told last."""
        from roads.usecases.claims_changes import note_changed_lines  # noqa: PLC0415

        return {"lines": note_changed_lines(session, actor, today=piece.today)}


class LinkRecurrences(InOnePiece):
    """Links defects that came back to the fix that did not last."""

    def work(self, session: Session, actor: Actor, piece: Piece) -> Mapping[str, int]:
        """Link what came back."""
        from roads.usecases.claims_overdue import link_recurrences  # noqa: PLC0415

        return {"links": link_recurrences(session, actor, today=piece.today)}


class FlagOverdue(InOnePiece):
    """Climbs the ladder of silence, each rung once."""

    def work(self, session: Session, actor: Actor, piece: Piece) -> Mapping[str, int]:
        """Record the rungs that were reached."""
        from roads.usecases.claims_overdue import flag_overdue  # noqa: PLC0415

        return {rung.value: steps for rung, steps in flag_overdue(session, actor, today=piece.today).items()}


class ForgetAnswers(InOnePiece):
    """Forgets answers that were kept for requests sent again, once nobody will ask for them any more."""

    def work(self, session: Session, actor: Actor, piece: Piece) -> Mapping[str, int]:
        """Forget those that are old enough."""
        from roads.usecases.idempotency import forget_answers  # noqa: PLC0415

        return {"answers": forget_answers(session, actor, today=piece.today)}


@dataclass(frozen=True, slots=True)
class RefreshDirtyStatus:
    """Works out the status of segments that were marked, or that the date has changed."""

    segments_at_once: int = SEGMENTS_AT_ONCE

    def waiting(self, session: Session, today: date, /) -> Sequence[IdRange]:
        """Ranges of carriageways with dirty segments; one of none where the date alone makes a new edition."""
        dirty = operations.dirty_status_ranges(session, today, segments_at_once=self.segments_at_once)
        return dirty or ([EVERYTHING] if operations.map_class_changed(session, today) else [])

    def work(self, session: Session, actor: Actor, piece: Piece) -> Mapping[str, int]:
        """Refresh what is still dirty in the range."""
        done = refresh_status(session, actor, RefreshStatus(piece.ids.first, piece.ids.last), today=piece.today)
        return {"segments": done.segments, "changed": done.changed, "editions": int(done.edition is not None)}


@dataclass(frozen=True, slots=True)
class SequenceWaitingEntries:
    """Gives the ledger's entries their place, and signs the tree they make."""

    signer: Signer | None
    entries_at_once: int = ENTRIES_AT_ONCE

    def waiting(self, session: Session, _today: date, /) -> Sequence[IdRange]:
        """A piece for so many waiting entries; one where nothing waits but a signature."""
        known = ledger_size(session)
        pieces = -(-known.waiting // self.entries_at_once)
        return [EVERYTHING] * max(pieces, int(self.signer is not None and known.signed < known.size))

    def work(self, session: Session, actor: Actor, _piece: Piece) -> Mapping[str, int]:
        """Place what waits by now."""
        from roads.usecases.ledger import SequenceLedger, sequence_ledger  # noqa: PLC0415

        done = sequence_ledger(session, actor, SequenceLedger(self.entries_at_once, self.signer))
        return {"entries": done.entries, "checkpoints": done.checkpoints}
