"""Who answers at a coordinate, the question asked most: those that come at the same time share one statement."""

from collections.abc import Sequence

from api.public_pool import PublicPool
from api.together import Together
from roads.domain.explanation import Answer
from roads.queries.public import AskedPoint, Place, who_answers_at_points

Points = Together[AskedPoint, tuple[Place, Answer]]


def asked_points(pool: PublicPool, snap_m: float) -> Points:
    """Where to ask about points; a place is sought within `snap_m` metres. Errors: PoolTimeout, when the pool is
    exhausted for long."""

    async def answer_all(asked: Sequence[AskedPoint]) -> list[tuple[Place, Answer]]:
        answers: dict[int, tuple[Place, Answer]] = {}
        async with pool.connection() as connection:
            for moment in {one.question.known_at for one in asked}:
                numbers = [number for number, one in enumerate(asked) if one.question.known_at == moment]
                found = await who_answers_at_points(connection, [asked[number] for number in numbers], snap_m)
                answers.update(zip(numbers, found, strict=True))
        return [answers[number] for number in range(len(asked))]

    return Together(answer_all)
