"""Fills the migrated database of the testbed; database.py runs it inside `nautobot-server nbshell`.

TESTBED_SEED says with what: `none` is the user admin alone; `small` is a few rows in every model that has a list route and some 70
devices; `large` adds 5,000 devices in 50 locations with 10 interfaces each; the path of a Python file is run after `none`. Names, numbers
and addresses are the same in every run; ids are not.

Users (the password is the name) and their tokens:
    admin       TESTBED_TOKEN    superuser; a second token, e*40, may not write
    reader      b*40             may view everything, and change nothing
    nobody      c*40             has no permission
    approver    d*40             superuser, in the group of approvers as admin is

Jobs: those of jobs/, all enabled. The queues `default` and `bulk` have a worker, `unserved` has none. `Testbed Guarded` waits for
an approval. Webhooks and job hooks are disabled, so that a test's writes start nothing.

What an older Nautobot or a missing app has no model for is left out; see tools.py.
"""

import os
import runpy
import sys
import time
from importlib import import_module
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

PARTS = ("organization", "dcim", "ipam", "circuits", "load_balancers", "vpns", "wireless", "bgp", "dns", "firewall", "extras")


def main() -> None:
    migrate()
    seed = os.environ["TESTBED_SEED"]
    if seed in ("small", "large"):
        parts = list(PARTS)
        if seed == "large":
            parts.insert(-1, "large")
        for part in parts:
            run(part, import_module(f"seeds.{part}").seed)
    else:
        run("admin", import_module("seeds.organization").only_admin)
        if seed != "none":
            sys.path.insert(0, str(Path(seed).parent))
            run(seed, lambda: runpy.run_path(seed, run_name="__main__"))


def migrate() -> None:
    """Apply what a dump lacks: it may have been made with an older package of a third party."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", interactive=False, verbosity=0)


def run(name: str, seed) -> None:
    started = time.monotonic()
    with transaction.atomic():
        seed()
    print(f"seed: {name} in {time.monotonic() - started:.1f} s", flush=True)


if __name__ == "__main__":
    main()
