"""Words for the network: which way a carriageway runs and how much a road matters."""

from enum import StrEnum


class Direction(StrEnum):
    """Which traffic a carriageway carries; `reverse` still counts chainage forward."""

    SINGLE = "single"
    FORWARD = "forward"
    REVERSE = "reverse"


class Significance(StrEnum):
    """How much a road matters, which also picks the term rule and the deadline."""

    INTERNATIONAL = "international"
    REPUBLICAN = "republican"
    OBLAST = "oblast"
    DISTRICT = "district"
    STREET = "street"


class Category(StrEnum):
    """Technical category of a road, or group of a street."""

    CAT_1A = "cat_1a"
    CAT_1B = "cat_1b"
    CAT_1C = "cat_1c"
    CAT_2 = "cat_2"
    CAT_3 = "cat_3"
    CAT_4 = "cat_4"
    CAT_5 = "cat_5"
    STREET_A = "a"
    STREET_B = "b"
    STREET_C = "c"
    STREET_D = "d"
    STREET_E = "e"
    STREET_F = "f"
