"""Writes a static edition of whatever the settings name, serves it with http.server, and follows every link in it.

python -m tests.performance.static_edition FOLDER [all|none|with-contracts]
"""

import os
import sys
import time
from pathlib import Path

from api.static_edition import Segments, Wanted, export_site
from roads.settings import read_settings
from tests.api.test_static_edition import broken_links, sent_by_any_server


def main(folder: Path, segments: Segments) -> int:
    """Prints what was written and followed; 1 when a link is broken."""
    began = time.perf_counter()
    counts = export_site(read_settings(), folder.absolute(), Wanted(segments, (3, 12), os.cpu_count() or 1))
    written = time.perf_counter()
    with sent_by_any_server(folder) as address:
        reached, broken = broken_links(address)
    followed = time.perf_counter()
    print(f"{dict(counts)} written_s={written - began:.1f}")  # noqa: T201
    print(f"reached={reached} broken={len(broken)} followed_s={followed - written:.1f}", *broken[:20])  # noqa: T201
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Segments(sys.argv[2] if len(sys.argv) > 2 else "with-contracts")))
