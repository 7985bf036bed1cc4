"""Fills the migrated database of the testbed; testbed.py runs it inside `nautobot-server nbshell`.

Sizes come from TESTBED_SIZE: `small` is a few rows in every model that has a list route and some 70 devices; `large` adds
5,000 devices in 50 locations with 10 interfaces each. Names, numbers and addresses are the same in every run; ids are not.

Users (the password is the name) and their tokens:
    admin       TESTBED_TOKEN    superuser; a second token, e*40, may not write
    reader      b*40             may view everything, and change nothing
    nobody      c*40             has no permission
    approver    d*40             superuser, in the group of approvers as admin is

Jobs: those of jobs/, all enabled. The queues `default` and `bulk` have a worker, `unserved` has none. `Testbed Guarded` waits for
an approval. Webhooks and job hooks are disabled, so that a test's writes start nothing.
"""

import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from django.db import transaction
from seeds import circuits, dcim, extras, ipam, large, organization, plugins, services


def main() -> None:
    parts = [organization, dcim, ipam, circuits, services, plugins, extras]
    if os.environ["TESTBED_SIZE"] == "large":
        parts.insert(-1, large)
    for part in parts:
        started = time.monotonic()
        with transaction.atomic():
            part.seed()
        print(f"seed: {part.__name__.partition('.')[2]} in {time.monotonic() - started:.1f} s", flush=True)


if __name__ == "__main__":
    main()
