"""Where the servers that tests start may listen."""

import os
import socket
from contextlib import suppress
from itertools import count
from secrets import randbelow

# Below the ports that Linux gives to whoever connects (ip_local_port_range): one of those would be somebody's between
# the look here and the server's start.
LOWEST = 20_000
PORTS_OF_A_WORKER = 3_000
WORKERS = 4


def free_port() -> int:
    """A port on which nobody listens now, and which no other worker of the tests is given."""
    while True:
        port = _first + next(_given) % PORTS_OF_A_WORKER
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


_worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_first = LOWEST + _worker % WORKERS * PORTS_OF_A_WORKER
# Two runs on one machine begin at different places.
_given = count(randbelow(PORTS_OF_A_WORKER))
