"""What a file has said so far is remembered on disk, first row first."""

from roads.domain.cells import Said
from roads.usecases.first_rows import FirstRows


def test_the_first_row_that_spoke_of_a_thing_is_remembered() -> None:
    with FirstRows() as first_rows:
        assert first_rows.earlier("contract") is None
        first_rows.keep({"contract": Said(2, "one")})
        first_rows.keep({"contract": Said(9, "another"), "Ғ": Said(9, "қ")})
        assert first_rows.earlier("contract") == Said(2, "one")
        assert first_rows.earlier("Ғ") == Said(9, "қ")


def test_two_files_do_not_hear_each_other() -> None:
    with FirstRows() as one, FirstRows() as two:
        one.keep({"contract": Said(2, "one")})
        assert two.earlier("contract") is None
