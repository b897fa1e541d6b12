"""What a process of the server does before it answers."""

import os
import subprocess
import sys

from tests.conftest import ROOT

# In a process of its own, as it is meant for: here it would keep what tests leave behind.
WHAT_IS_LOOKED_THROUGH = """
import gc
from fastapi import FastAPI
from api.served import served_app

app = served_app()
assert isinstance(app, FastAPI)
print(len(gc.get_objects()), gc.get_freeze_count())
"""


def test_what_is_there_from_the_start_is_not_looked_through_for_garbage() -> None:
    told = {**os.environ, "ROADS_DATABASE_URL": "postgresql://127.0.0.1:1/none", "ROADS_SECRET_KEY": "s" * 43}
    command = [sys.executable, "-c", WHAT_IS_LOOKED_THROUGH]
    ran = subprocess.run(command, cwd=ROOT, env=told, capture_output=True, text=True, check=False, timeout=120)
    assert not ran.returncode, ran.stderr[-2000:]
    looked_through, left_alone = map(int, ran.stdout.split())
    assert looked_through < left_alone / 10
