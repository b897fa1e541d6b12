"""The application as each process of the server serves it."""

import gc

from fastapi import FastAPI

from api.app import create_app

ALLOCATIONS_AT_ONCE = 10_000
"""So many objects come before the youngest are looked through: some pages' worth, not half of one."""


def served_app() -> FastAPI:
    """The whole HTTP side of a process that does nothing else, made from settings of the environment. Errors: as
    `create_app`.

    What is here when the process starts stays until it ends: modules, routes and schemas, hundreds of thousands of
    objects. The garbage collector is told so: otherwise it looks through them again and again, a quarter of a second
    each time, and nobody is answered meanwhile.
    """
    app = create_app()
    gc.collect()
    gc.freeze()
    gc.set_threshold(ALLOCATIONS_AT_ONCE, *gc.get_threshold()[1:])
    return app
