"""What is kept has a bound and belongs to one version; what is being made is made once."""

import asyncio

import pytest

from api.keeping import Kept, UnderWay


def test_what_is_kept_has_a_bound_and_belongs_to_one_version() -> None:
    kept = Kept[str](at_most=10)
    assert kept.find("1", "a") is None
    for key, size in (("a", 4), ("b", 4), ("a", 4), ("c", 4)):
        kept.keep("1", key, key.upper(), size)
    assert [kept.find("1", key) for key in "abc"] == [None, "B", "C"]
    kept.keep("1", "too large", "D", 11)
    assert (kept.find("1", "too large"), kept.size) == (None, 0)
    kept.keep("0", "late", "E")
    assert kept.find("1", "late") is None
    kept.keep("1", "b", "B")
    assert kept.find("2", "b") is None
    assert kept.size == 0


def test_whoever_asks_for_what_is_being_made_waits_for_it() -> None:
    made = []

    async def asked() -> list[str]:
        under_way = UnderWay[str]()
        may_end = asyncio.Event()

        async def make() -> str:
            made.append("page")
            await may_end.wait()
            return f"made {len(made)}"

        first, second, other = (asyncio.create_task(under_way.made(key, make)) for key in ("a", "a", "b"))
        await asyncio.sleep(0)
        first.cancel()  # the others get it all the same
        await asyncio.sleep(0)
        may_end.set()
        given = [await second, await other]
        return [*given, await under_way.made("a", make)]

    assert asyncio.run(asked()) == ["made 2", "made 2", "made 3"]


def test_what_could_not_be_made_fails_for_all_who_wait_and_is_made_anew() -> None:
    tried = []

    async def make() -> str:
        tried.append(1)
        await asyncio.sleep(0)
        raise ValueError(len(tried))

    async def asked() -> None:
        under_way = UnderWay[str]()
        answers = await asyncio.gather(*(under_way.made("a", make) for _ in range(3)), return_exceptions=True)
        assert [str(one) for one in answers] == ["1", "1", "1"]
        with pytest.raises(ValueError, match="2"):
            await under_way.made("a", make)

    asyncio.run(asked())
