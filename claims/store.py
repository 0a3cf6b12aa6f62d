"""`claims/results.json`: what came out of each claim's test seeds, with all that one needs to judge it."""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import keras

from claims.code import claim_fingerprint
from claims.record import Claim, Verdict
from ground.files import ROOT, broken, read_json, write
from ground.machine import installed, processor

RESULTS = ROOT / "claims" / "results.json"
_PACKAGES = ("keras-gan", "keras", "tensorflow", "tensorflow-cpu", "jax", "torch", "numpy", "scipy")


@dataclass(frozen=True)
class Entry:
    """One claim's stored results: a dict a seed, the verdict, and where and with what they were made."""

    seeds: list[int]
    results: list[dict[str, Any]]
    verdict: Verdict
    seconds: float
    date: str
    versions: dict[str, str]
    hardware: str
    code: str

    def is_stale(self, claim: Claim) -> bool:
        """Whether what the claim runs, its statement or its seeds are no longer those of the entry."""
        return self.code != claim_fingerprint(claim)


def new_entry(claim: Claim, results: Sequence[dict[str, Any]], seconds: float) -> Entry:
    """An entry for results that have just been made here; `seconds` is all seeds' work together."""
    return Entry(
        seeds=list(claim.seeds),
        results=list(results),
        verdict=claim.verdict(results),
        seconds=round(seconds, 1),
        date=datetime.now(UTC).date().isoformat(),
        versions=_versions(),
        hardware=_hardware(),
        code=claim_fingerprint(claim),
    )


def load(path: Path = RESULTS) -> dict[str, Entry]:
    """The stored entries by claim; none where the file is missing.

    Raises:
        BrokenFile: It is not what `save` writes.
    """
    try:
        return {
            name: Entry(**{**fields, "verdict": Verdict(**fields["verdict"])})
            for name, fields in read_json(path).items()
        }
    except (KeyError, TypeError) as error:
        raise broken(path, f"{type(error).__name__}: {error}") from error


def save(entries: dict[str, Entry], path: Path = RESULTS) -> None:
    """Writes all entries, whole or not at all, in the order of their names."""
    stored = {name: asdict(entries[name]) for name in sorted(entries)}
    write(path, json.dumps(stored, indent=1, ensure_ascii=False) + "\n")


def _versions() -> dict[str, str]:
    python = {"python": platform.python_version(), "backend": keras.backend.backend()}
    return python | installed(_PACKAGES)


def _hardware() -> str:
    return f"{processor()}, {os.cpu_count()} cores, {platform.system()}"
