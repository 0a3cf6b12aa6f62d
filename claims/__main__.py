"""`python -m claims`: runs the claims whose results are missing or stale, and stores what came out.

With `--seeds` it runs other seeds, or the same again, and prints what came out without storing it.
"""

import argparse
import sys
from collections.abc import Sequence
from time import perf_counter

from claims.ledger import TESTED, measure
from claims.record import Claim, Verdict
from claims.store import load, new_entry, save


def main(arguments: list[str]) -> int:
    """Runs the chosen claims one by one; a failing one stops no other. Returns the exit status."""
    options = _parser().parse_args(arguments)
    chosen = [
        claim
        for claim in TESTED.values()
        if (not options.only or claim.id in options.only) and (claim.exact or not options.exact)
    ]
    failed, start = 0, perf_counter()
    try:
        for claim in chosen:
            try:
                _run(claim, options.seeds, options.jobs)
            except RuntimeError as error:
                failed += 1
                print(f"{claim.id}: {error}", file=sys.stderr)
    except KeyboardInterrupt:
        print("Interrupted; finished seeds are kept", file=sys.stderr)
        return 130
    print(f"{len(chosen)} claims in {(perf_counter() - start) / 60:.0f} min")
    return 1 if failed else 0


def _run(claim: Claim, seeds: list[int] | None, jobs: int) -> None:
    if not seeds:
        return _run_and_store(claim, jobs)
    results, seconds = measure(claim, seeds, jobs=jobs)
    _print_results(claim, seeds, results)
    return _report(claim, claim.verdict(results), seeds, f"{seconds:.0f} s, not stored")


def _run_and_store(claim: Claim, jobs: int) -> None:
    entry = load().get(claim.id)
    if entry is not None and not entry.is_stale(claim):
        return _report(claim, entry.verdict, entry.seeds, "stored")
    results, seconds = measure(claim, claim.seeds, jobs=jobs, keep=not claim.exact)
    entry = new_entry(claim, results, seconds)
    save({**load(), claim.id: entry})
    return _report(claim, entry.verdict, entry.seeds, f"{seconds:.0f} s")


def _report(claim: Claim, verdict: Verdict, seeds: Sequence[int], note: str) -> None:
    chosen = "" if claim.exact else f"seeds {', '.join(map(str, seeds))}; "
    print(f"{claim.id} {claim.title}: {verdict.outcome} ({chosen}{note})\n   {verdict.sentence}", flush=True)


def _print_results(claim: Claim, seeds: list[int], results: list[dict[str, object]]) -> None:
    for seed, numbers in zip(seeds, results, strict=True):
        print(f"{claim.id} seed {seed}: {numbers}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m claims", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=TESTED, metavar="ID", help="these claims alone")
    parser.add_argument("--exact", action="store_true", help="those alone that take a second and no luck")
    parser.add_argument("--seeds", nargs="+", type=int, help="these seeds, and store nothing")
    parser.add_argument("--jobs", type=int, default=1, help="processes (1)")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
