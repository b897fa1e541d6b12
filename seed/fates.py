"""What becomes of a claim line in the demonstration: who does what how many days after what was done before.

Fates are dealt from packs, so that each kind occurs, and about as often as one would meet it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from roads.domain.claims import Action


@dataclass(frozen=True, slots=True)
class Step:
    """Something done to a line, so many days (from, to) after the step before, the first one after the issue.

    `words` are what is said with it: notes of a customer or a contractor, written in Kazakh as they would be.
    """

    action: Action
    days: tuple[int, int]
    words: str = ""
    reason: str = ""


Fate = Sequence[Step]

_ACCEPT = Step(Action.ACCEPT, (1, 5))
_REPORT = Step(Action.REPORT_REPAIR, (3, 11), "Ақау жойылды, фотосурет қоса берілді")
_VERIFY = Step(Action.VERIFY, (1, 6))
_MENDED = (_REPORT, _VERIFY)
_LATE = (Step(Action.REPORT_REPAIR, (27, 44), "Материал кеш жеткізілді"), _VERIFY)
_REJECT = Step(Action.REJECT_REPAIR, (1, 4), "Жөнделген жер қайта бұзылып жатыр, сапасы талапқа сай емес")
_REFER = Step(Action.REFER_TO_COURT, (64, 78), "Талап қою сотқа жолданды")

MENDED: Fate = (_ACCEPT, *_MENDED)
PATCHED: Fate = (
    _ACCEPT,
    Step(Action.PRESCRIBE, (0, 1), "Орынды тәулік ішінде қоршап, уақытша жол белгілерін орнату"),
    Step(Action.PATCH, (0, 1), "Қозғалыс үшін уақытша қауіпсіз етілді"),
    *_MENDED,
)
MENDED_LATE: Fate = (_ACCEPT, *_LATE)
REJECTED: Fate = (_ACCEPT, _REPORT, _REJECT, *_MENDED)
VISITED: Fate = (
    Step(Action.ASK_JOINT_VISIT, (2, 4), "Орнында бірге қарау сұралады"),
    Step(Action.SET_JOINT_VISIT, (0, 1), "Сағат онда, ақау орнында"),
    Step(Action.HOLD_JOINT_VISIT, (1, 2), "Ақау орнында, кепілдік шегінде"),
    Step(Action.ACCEPT, (0, 1)),
    Step(Action.PLAN_REPAIR, (0, 1), "Ауа райы қолайлы болса"),
    *_MENDED,
)
UPHELD: Fate = (
    Step(Action.DISPUTE, (2, 6), "Ауыр жүк көліктері шамадан тыс жүк таситын", "overload"),
    Step(Action.UPHOLD, (3, 8), "Жүктеме жобада ескерілген"),
    *_MENDED,
)
GRANTED: Fate = (
    Step(Action.DISPUTE, (2, 6), "Жол-көлік оқиғасынан кейінгі зақым", "accident"),
    Step(Action.GRANT, (4, 9), "Полиция анықтамасы қоса берілді, мердігердің уәжі дұрыс"),
)
NOBODY_DUG: Fate = (
    Step(Action.DISPUTE, (2, 5), "Мұнда басқа ұйым жер қазған", "third_party_works"),
    Step(Action.UPHOLD, (1, 5), "Тізілімде бұл жерде басқалардың жұмыстары жоқ"),
    *_MENDED,
)
SOMEBODY_DUG: Fate = (
    Step(Action.DISPUTE, (2, 5), "Мұнда жылу желісі ауыстырылған", "third_party_works"),
    Step(Action.GRANT, (2, 6), "Тізілім бойынша бұл жер қазылған"),
)
REOPENED: Fate = (
    *MENDED,
    Step(Action.REOPEN, (20, 40), "Тұрғын қайта шағымданды: жөндеу сапасыз", "not_fixed"),
    *_MENDED,
)
REOPENED_IN_VAIN: Fate = REOPENED[:-2]
CAME_BACK: Fate = (Step(Action.REOPEN, (1, 1), "Ақау жөнделген жерде қайта пайда болды", "recurrence"), *_MENDED)
BY_OTHERS: Fate = (_ACCEPT, Step(Action.DO_BY_OTHERS, (38, 56), "Екінші хатқа жауап болмады, басқа мердігер жойды"))
CLOSED: Fate = (Step(Action.CLOSE_WITHOUT_FIX, (5, 20), "Бұл учаскеде реконструкция басталады"),)
IN_COURT: Fate = (_REFER,)
BACK_FROM_COURT: Fate = (_REFER, Step(Action.RETURN_ACCEPTED, (30, 48), "Сот мердігерді жоюға міндеттеді"), *_MENDED)
COURT_REFUSED: Fate = (_REFER, Step(Action.RETURN_WITHDRAWN, (35, 55), "Сот талапты қанағаттандырмады"))
COURT_RECOVERS: Fate = (_REFER, Step(Action.RETURN_DONE_BY_OTHERS, (30, 50), "Сот шығынды мердігерден өндірді"))
SILENCE: Fate = ()
ACCEPTED: Fate = (_ACCEPT,)
MADE_SAFE: Fate = PATCHED[:3]
DISPUTED: Fate = UPHELD[:1]
REPORTED: Fate = (_ACCEPT, Step(Action.REPORT_REPAIR, (1, 3), "Ақау жойылды, тексеруді сұраймыз"))

IN_SEASON: Mapping[str, tuple[int, Fate]] = {
    "mended": (10, MENDED),
    "patched": (4, PATCHED),
    "late": (4, MENDED_LATE),
    "rejected": (3, REJECTED),
    "visited": (2, VISITED),
    "upheld": (2, UPHELD),
    "granted": (1, GRANTED),
    "nobody_dug": (1, NOBODY_DUG),
    "reopened": (1, REOPENED),
    "reopened_in_vain": (1, REOPENED_IN_VAIN),
    "by_others": (1, BY_OTHERS),
    "closed": (1, CLOSED),
    "in_court": (1, IN_COURT),
    "back_from_court": (1, BACK_FROM_COURT),
    "court_refused": (1, COURT_REFUSED),
    "court_recovers": (1, COURT_RECOVERS),
    "silence": (4, SILENCE),
}
"""Lines whose deadline passed in the season, long enough ago for everything to have happened."""

IN_WINTER: Mapping[str, tuple[int, Fate]] = {
    "mended": (4, MENDED),
    "patched": (4, PATCHED),
    "upheld": (1, UPHELD),
    "visited": (1, VISITED),
}
"""Lines that winter gives time until spring."""

RECENT: Mapping[str, tuple[int, Fate]] = {
    "silence": (1, SILENCE),
    "accepted": (1, ACCEPTED),
    "made_safe": (1, MADE_SAFE),
    "disputed": (1, DISPUTED),
    "reported": (1, REPORTED),
}
"""Lines of the last weeks, about which nothing is decided yet."""


def deal(pack: Mapping[str, tuple[int, Fate]], drawn: np.random.Generator) -> Iterator[tuple[str, Fate]]:
    """Fates without end: the pack is shuffled and dealt to its last card before it is shuffled again."""
    cards = [(name, fate) for name, (count, fate) in pack.items() for _ in range(count)]
    while True:
        yield from (cards[place] for place in drawn.permutation(len(cards)))
