"""The demonstration's year: claims are drafted, issued, answered, mended and verified, or not, day after day in order.

Everything happens through the use cases, on days that count back from the day of loading. What nobody did in time
shows: deadlines pass, silence climbs the ladder, warranties are lost.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

import numpy as np
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from geo.bbox import KAZAKHSTAN
from geo.tables import Row as FileRow
from roads.db import Role as DatabaseRole
from roads.domain.actors import Actor, Role, person
from roads.domain.claims import Action, LineState
from roads.domain.warranty import Element
from roads.models import ClaimLine, Organisation
from roads.queries.rules import calendar
from roads.usecases.attribution import AttributeDefects, PlaceDefects, attribute_defects
from roads.usecases.claims_answers import Decide, accept_by_silence
from roads.usecases.claims_drafting import (
    DraftClaims,
    IssueClaim,
    Receipt,
    StateClaimTerms,
    acknowledge,
    draft_claims,
    issue_claim,
    record_delivery,
    state_claim_terms,
)
from roads.usecases.claims_endings import withdraw
from roads.usecases.claims_overdue import FlagLostWarranties, flag_lost_warranties, flag_overdue, link_recurrences
from roads.usecases.defects import ImportDefects, import_defects
from roads.usecases.placing import place_many_defects
from seed import fates
from seed.deeds import Deed, Line, Sides, do, show_damage
from seed.defects import ALMATY_TIME
from seed.fates import Fate
from seed.history import Cells, History
from seed.network import SOURCE
from seed.network import Line as Drawn
from seed.organisations import QUALITY_CENTRE
from seed.photos import Album
from seed.reference import demand_all
from seed.survey import Survey

SEED = 20264
DAYS = 365
SNAP_M = 30.0
OFFICE_WEEKDAYS = (0, 3)
"""Engineers look at drafts on Mondays and Thursdays."""
ISSUED_AT_ONCE = 2
SHARE_PASSED_OVER = 0.08
"""Drafts that nobody ever gets round to."""
RECENT_DAYS = 24
COMEBACKS = 2
COMEBACK_AFTER_DAYS = 35
WINTER = ((10, 15), (4, 15))
"""Nobody lays asphalt between these days: such repairs wait for spring."""
LAID = (Element.PAVEMENT, Element.BASE)


@dataclass(frozen=True, slots=True)
class Plot:
    """What the year begins with: the roads as they are drawn, the works and digs on them, and the photos to come."""

    lines: Sequence[Drawn]
    history: History
    album: Album


@dataclass(frozen=True, slots=True)
class Draft:
    """A claim that waits to be issued, and the lines in it."""

    id: int
    customer_id: int
    contractor_id: int
    defect_ids: Sequence[int]
    line_ids: Sequence[int]


def tell_year(session: Session, actor: Actor, plot: Plot, *, today: date) -> None:
    """The year until `today`; the defects are placed and answered for first. The same rows give the same year."""
    _gather_statistics(session, "carriageway, segment, contract, warranty, works, carve_out, liability, defect")
    _answer(session, actor, list(session.scalars(text("SELECT id FROM defect ORDER BY id"))), off_network=True)
    _gather_statistics(session, "placement, attribution")
    year = _Year(session, actor, plot, today)
    for back in range(DAYS, -1, -1):
        year.live(today - timedelta(days=back))


def _gather_statistics(session: Session, tables: str) -> None:
    """Tell the planner what the fresh tables hold: where it guesses, placing takes a minute instead of a second.

    Only their owner may. Whoever may not take its role loads the same rows, slowly.
    """
    may = text("SELECT pg_has_role(session_user, :owner, 'MEMBER')")
    if not session.scalar(may, {"owner": DatabaseRole.OWNER.value}):
        return
    role = session.scalar(text("SELECT current_setting('role')"))
    take = text("SELECT set_config('role', :role, true)")
    session.execute(take, {"role": DatabaseRole.OWNER.value})
    session.execute(text(f"ANALYZE {tables}"))
    session.execute(take, {"role": role})


def _answer(session: Session, actor: Actor, defect_ids: Sequence[int], *, off_network: bool = False) -> None:
    """Place defects and say who answers for them, as the two jobs do."""
    touched = place_many_defects(session, actor, PlaceDefects(defect_ids, SNAP_M))
    attribute_defects(session, actor, AttributeDefects(touched, off_network))


class _Year:
    """Lets one day follow the other. `_agenda` holds what is to be done on which day, in the order it was decided."""

    def __init__(self, session: Session, actor: Actor, plot: Plot, until: date) -> None:
        self._session, self._actor, self._plot, self._until = session, actor, plot, until
        self._random = np.random.default_rng(SEED)
        self._agenda: dict[date, list[Callable[[date], None]]] = defaultdict(list)
        self._survey = Survey(session, actor, until)
        self._calendar = calendar(session)
        self._fates = {
            name: fates.deal(pack, self._random)
            for name, pack in (("season", fates.IN_SEASON), ("winter", fates.IN_WINTER), ("recent", fates.RECENT))
        }
        self._fated: dict[int, Fate] = {}
        self._passed_over: set[int] = set()
        self._reclaimed: set[int] = set()
        self._offices = self._comebacks = self._mended = 0
        self._quality_centre_id = _organisation_id(session, QUALITY_CENTRE.bin)
        self._put_down(until - timedelta(days=DAYS), self._state_terms)
        self._put_down_digs()

    def live(self, today: date) -> None:
        """One day: what was put down for it, then the inspectors, then the office."""
        # The list grows while the day is lived.
        for thing in self._agenda[today]:
            thing(today)
        self._survey.begin_campaigns(today)
        self._survey.work(today)
        is_office_day = today.weekday() in OFFICE_WEEKDAYS and self._calendar.is_working(today)
        if is_office_day or today == self._until:
            self._run_jobs(today)
            self._work_in_the_office(today)

    def _put_down(self, on: date, thing: Callable[[date], None]) -> None:
        self._agenda[on].append(thing)

    def _days(self, least: int, most: int) -> timedelta:
        return timedelta(days=int(self._random.integers(least, most + 1)))

    # --- the office

    def _state_terms(self, _: date) -> None:
        """The contract that answers for most states its own deadline, and its customer takes silence for acceptance."""
        customer_id, contract_id = self._session.execute(_BUSIEST).one()
        administrator = person("administrator-1", Role.ADMINISTRATOR, customer_id)
        terms = StateClaimTerms(customer_id, "Үлгі шарт, 7-тармақ", silence_is_acceptance=True)
        own = StateClaimTerms(customer_id, "Шарт, 12-тармақ", contract_id=contract_id, rectify_days=10)
        state_claim_terms(self._session, administrator, terms)
        state_claim_terms(self._session, administrator, own)

    def _run_jobs(self, today: date) -> None:
        session, actor = self._session, self._actor
        draft_claims(session, actor, DraftClaims(), today=today)
        flag_lost_warranties(session, actor, FlagLostWarranties(), today=today)
        accept_by_silence(session, actor, today=today)
        flag_overdue(session, actor, today=today)
        link_recurrences(session, actor, today=today)
        self._survey.plan(today)

    def _work_in_the_office(self, today: date) -> None:
        self._offices += 1
        issued = 0
        for draft in self._drafts(today):
            if not self._reclaimed.isdisjoint(draft.defect_ids):
                self._withdraw(draft, "Ақау қайталанды: бұрынғы талап қайта ашылды", today)
            elif self._offices % 20 == 0 and issued == 0 and self._fated.keys().isdisjoint(draft.defect_ids):
                self._withdraw(draft, "Өлшемдері қате жазылған, қайта өлшенеді", today)
                self._offices += 1
            elif self._is_taken_up(draft):
                self._issue(draft, today)
                issued += 1
            if issued == ISSUED_AT_ONCE:
                return

    def _is_taken_up(self, draft: Draft) -> bool:
        """Whether anybody gets round to a draft: once passed over, it is forgotten."""
        if not self._fated.keys().isdisjoint(draft.defect_ids):
            return True
        if draft.id not in self._passed_over and self._random.random() < SHARE_PASSED_OVER:
            self._passed_over.add(draft.id)
        return draft.id not in self._passed_over

    def _drafts(self, today: date) -> list[Draft]:
        """What waits, in the order of an engineer: what was arranged, warranties that end soon, then the newest."""
        found = [Draft(*row) for row in self._session.execute(_DRAFTS, {"on": today})]
        return sorted(found, key=lambda draft: self._fated.keys().isdisjoint(draft.defect_ids))

    def _withdraw(self, draft: Draft, words: str, today: date) -> None:
        engineer = person("engineer-1", Role.ENGINEER, draft.customer_id)
        for line_id in draft.line_ids:
            withdraw(self._session, engineer, Decide(line_id, words), today=today)

    def _issue(self, draft: Draft, today: date) -> None:
        sides = Sides(draft.customer_id, draft.contractor_id, self._quality_centre_id)
        issue_claim(self._session, sides.engineer, IssueClaim(draft.id), today=today)
        self._put_down(today + self._days(1, 3), partial(self._deliver, draft.id, sides))
        lines = select(ClaimLine).where(ClaimLine.claim_id == draft.id, ClaimLine.state == LineState.ISSUED)
        for row in self._session.scalars(lines.order_by(ClaimLine.number)).all():
            line = Line(row.id, row.defect_id, row.carriageway_id, row.element, sides)
            show_damage(self._session, line, self._plot.album, today)
            name, fate = self._fate(row, today)
            self._follow(line, name, fate, today)

    def _deliver(self, claim_id: int, sides: Sides, today: date) -> None:
        receipt = Receipt(claim_id, "пошта хабарламасы")
        record_delivery(self._session, sides.engineer, receipt, today=today)
        if self._random.random() < 0.8:
            acknowledge(self._session, sides.builder, Receipt(claim_id), today=today)

    # --- what becomes of a line

    def _fate(self, line: ClaimLine, today: date) -> tuple[str, Fate]:
        if line.defect_id in self._fated:
            return "arranged", self._fated[line.defect_id]
        if today > self._until - timedelta(days=RECENT_DAYS):
            return next(self._fates["recent"])
        return next(self._fates["winter" if line.rectify_by_before_winter else "season"])

    def _follow(self, line: Line, name: str, fate: Fate, since: date, defect_id: int | None = None) -> None:
        """Put down the first step of a fate; each step puts down the next one."""
        if not fate:
            return
        step, rest = fate[0], fate[1:]
        on = since + self._days(*step.days)
        if step.action is Action.REPORT_REPAIR and line.element in LAID and name != "reported":
            on = self._in_season(on)
        self._put_down(on, partial(self._step, line, name, (step, *rest), defect_id))

    def _in_season(self, day: date) -> date:
        begins, ends = (date(day.year, *bound) for bound in WINTER)
        if ends <= day < begins:
            return day
        return (ends if day < ends else date(day.year + 1, *WINTER[1])) + self._days(1, 18)

    def _step(self, line: Line, name: str, fate: Fate, defect_id: int | None, today: date) -> None:
        do(self._session, Deed(line, fate[0], self._plot.album, defect_id), today)
        self._see(line, fate[0].action)
        if name == "mended" and fate[0].action is Action.VERIFY and line.element == Element.PAVEMENT:
            self._let_come_back(line, today)
        self._follow(line, name, fate[1:], today)

    def _see(self, line: Line, action: Action) -> None:
        """What an inspector would find there from now on."""
        if action in (Action.VERIFY, Action.DO_BY_OTHERS, Action.RETURN_DONE_BY_OTHERS):
            self._survey.mended.add(line.defect_id)
        elif action is Action.REOPEN:
            self._survey.mended.discard(line.defect_id)

    # --- defects of this year's story: what came back, and what lies where somebody dug

    def _let_come_back(self, line: Line, today: date) -> None:
        """Two of the mended places break again: one claim is reopened, the other defect is claimed anew."""
        self._mended += 1
        on = today + timedelta(days=COMEBACK_AFTER_DAYS)
        if self._mended % 5 == 3 and self._comebacks < COMEBACKS and on < self._until - timedelta(days=RECENT_DAYS):
            self._comebacks += 1
            self._put_down(on, partial(self._come_back, line, self._comebacks))

    def _come_back(self, line: Line, number: int, today: date) -> None:
        lon, lat, distress = self._session.execute(_WHERE_AND_WHAT, {"id": line.defect_id}).one()
        defect_id = self._find(f"demo-back-{number}", lon, lat, distress, today)
        link_recurrences(self._session, self._actor, today=today)
        if number == 1:
            self._reclaimed.add(defect_id)
            self._follow(line, "reopened", fates.CAME_BACK, today, defect_id)

    def _put_down_digs(self) -> None:
        """Where a dig was filled again the pavement sinks; the contractor says so, and the register agrees."""
        drawn = {line.source_id: line for line in self._plot.lines}
        first, last = self._until - timedelta(days=DAYS - 10), self._until - timedelta(days=RECENT_DAYS + 16)
        digs = [event for event in self._plot.history.events if event["kind"] == "carve_out" and event.get("to_on")]
        for number, dig in enumerate(digs, start=1):
            filled_on = date.fromisoformat(dig["to_on"])
            on = max(filled_on + timedelta(days=30), first)
            middle = (float(dig["chainage_from"]) + float(dig["chainage_to"])) / 2
            lon, lat = drawn[dig["source_id"]].beside(middle, 1.5)
            if on <= last:
                self._put_down(on, partial(self._find_settled, number, lon, lat))

    def _find_settled(self, number: int, lon: float, lat: float, today: date) -> None:
        defect_id = self._find(f"demo-dug-{number}", lon, lat, "depression", today)
        self._fated[defect_id] = fates.SOMEBODY_DUG

    def _find(self, external_id: str, lon: float, lat: float, distress: str, today: date) -> int:
        """An inspector records a defect, and the jobs place it and answer for it. Gives its id."""
        cells: Cells = {
            "external_id": external_id,
            "lon": f"{lon:.7f}",
            "lat": f"{lat:.7f}",
            "gps_accuracy_m": "2",
            "detected_on": today.isoformat(),
            "distress": distress,
            "severity": "medium",
        }
        command = ImportDefects([FileRow(2, cells)], SOURCE, KAZAKHSTAN, ALMATY_TIME)
        import_defects(self._session, self._actor, command, demand_all("defects"), today=today)
        known = {"source": SOURCE, "external_id": external_id}
        asked = text("SELECT id FROM defect WHERE source = :source AND external_id = :external_id")
        defect_id = int(self._session.scalars(asked, known).one())
        _answer(self._session, self._actor, [defect_id])
        return defect_id


_BUSIEST = text("""
    SELECT c.customer_id, c.id
    FROM attribution a JOIN contract c ON c.id = a.contract_id
    WHERE a.replaced_at = 'infinity' AND a.outcome = 'under_warranty'
    GROUP BY c.id ORDER BY count(*) DESC, c.id LIMIT 1
""")
_WHERE_AND_WHAT = text("""
    SELECT ST_X(ST_PointOnSurface(geom)), ST_Y(ST_PointOnSurface(geom)), distress FROM defect WHERE id = :id
""")
_DRAFTS = text("""
    SELECT c.id, k.customer_id, k.contractor_id, array_agg(l.defect_id ORDER BY l.number) AS defect_ids,
           array_agg(l.id ORDER BY l.number) AS line_ids
    FROM claim c
    JOIN contract k ON k.id = c.contract_id
    JOIN claim_line l ON l.claim_id = c.id AND l.state = 'drafted'
    JOIN warranty w ON w.id = l.warranty_id
    WHERE c.issued_on IS NULL
    GROUP BY c.id, k.id
    ORDER BY min(w.ends_on) > CAST(:on AS date) + 90, c.detected_on DESC, k.id
""")


def _organisation_id(session: Session, bin_: str) -> int:
    return session.scalars(select(Organisation.id).where(Organisation.bin == bin_)).one()
