"""Words as feeds, calendars and answers in XML can hold them."""

import re

from roads.i18n import unturned

# What XML 1.0 cannot hold, and what a calendar cannot.
_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|\x7f")


def plain(words: str) -> str:
    """What a person wrote, without what cannot be written there or would turn the words around it."""
    return unturned(_UNWRITABLE.sub("", words))
