"""Pages of customers and accounts of the demo company: nothing kept at all, after an import, and after a restart.

After an import every number is worked out again, by the SQL composed before. Each view is the first one of a process
of its own, once every page's code is read. Processor time, because it is the same beside other work; the peer is the
settings page: the frame, the rights and the session without numbers. Bar: 3 s.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.today_page import ready
from benchmarks.tree_page import prepared

LIMIT_SECONDS = 3.0
PAGES = (
    "settings/",
    "customers/quality/",
    "customers/lifetime-value/",
    "accounts/",
    "customers/",
    "customers/segments/",
)


def main() -> int:
    """Print the times; 1 when a page takes longer than the bar."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--page", default="", help="inside: the page that a process just started is asked for")
    page = parser.parse_args().page
    os.environ |= {"DJANGO_SETTINGS_MODULE": "keiki.server.site.settings", "KEIKI_ANSWERS_MB": "64"}
    if page:
        print(*_viewed(page))
        return 0
    slowest = 0.0
    with tempfile.TemporaryDirectory(prefix="keiki-benchmark-") as home:
        os.environ["KEIKI_HOME"] = home
        from keiki.server.site import migrate

        migrate()
        _, business = prepared()
        for path in PAGES:
            for kept in Path(home).rglob("answers.sqlite*"):
                kept.unlink()
            cold = _of_a_new_process(f"/b/{business}/{path}")
            _import_one(path)
            imported, again = (_of_a_new_process(f"/b/{business}/{path}") for _ in range(2))
            slowest = max(slowest, cold)
            print(f"{path:28} nothing kept {cold:.2f} s   after an import {imported:.2f} s", end="")
            print(f"   after a restart {again:.2f} s   limit {LIMIT_SECONDS} s", flush=True)
    return 0 if slowest <= LIMIT_SECONDS else 1


def _import_one(name: str) -> None:
    """One more order: another state of the data."""
    from keiki.server.accounts.models import Business
    from keiki.server.data.actions import opened

    order = {"order_id": name, "customer_id": name, "ordered_at": "2026-01-05 10:00", "amount": 1}
    opened(Business.objects.get()).business.load_facts({"orders": [order]}, name=name)


def _of_a_new_process(url: str) -> float:
    command = [sys.executable, "-m", "benchmarks.cold_pages", "--page", url]
    return float(subprocess.check_output(command, text=True).split()[0])


def _viewed(url: str) -> tuple[float, int]:
    """Processor seconds of the first view of a page in this process, and the bytes of the page."""
    browser = ready()
    used = time.process_time()
    page = browser.get(url)
    if page.status_code != 200:
        raise RuntimeError(f"{url} answered {page.status_code}")
    return time.process_time() - used, len(page.content)


if __name__ == "__main__":
    raise SystemExit(main())
