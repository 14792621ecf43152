"""`python -m oracle [--pairs N] [--start SEED] [PROVIDER...]` from `tests/`: compare random pairs, print what differs."""

from __future__ import annotations

import argparse
import sys
import time

from oracle.engine import running_engine
from oracle.random_pairs import run


def main() -> int:
    """Exit code 1 when a pair differs."""
    parser = argparse.ArgumentParser(prog="oracle")
    parser.add_argument("--pairs", type=int, default=2000, help="valid pairs per provider")
    parser.add_argument("--start", type=int, default=0, help="first seed")
    parser.add_argument("--show", type=int, default=3, help="how many differences to print")
    parser.add_argument("providers", nargs="*", default=["postgresql", "sqlite", "cockroachdb"])
    options = parser.parse_args()
    failed = False
    for provider in options.providers:
        began = time.monotonic()
        with running_engine() as engine:
            result = run(engine, provider, options.pairs, options.start)
        for found in result.differences[: options.show]:
            sys.stdout.write(found.report() + "\n")
        sys.stdout.write(f"{provider}: {result.summary()}, {time.monotonic() - began:.0f} s\n")
        sys.stdout.flush()
        failed = failed or bool(result.differences)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
