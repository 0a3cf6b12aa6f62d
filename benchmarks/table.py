"""The generated part of the page: one table a task, in Markdown."""

from pathlib import Path
from typing import Any

from benchmarks.rivals import FRAMEWORKS
from ground.files import write

START, END = "<!-- results: written by make benchmark -->", "<!-- end of results -->"
_HEAD = [
    "rival",
    "steps a second",
    "share of the peak",
    *(f"ours, {title} ÷ it" for title in FRAMEWORKS.values()),
]


def update_page(page: Path, tasks: dict[str, Any]) -> None:
    """Replaces what stands between the markers; a page that is not there yet gets the tables alone."""
    text = page.read_text(encoding="utf-8") if page.exists() else f"{START}\n{END}\n"
    before, rest = text.split(START)
    _, after = rest.split(END)
    tables = "\n".join(task_table(name, task) for name, task in tasks.items())
    write(page, f"{before}{START}\n\n{tables}\n{END}{after}")


def _made(task: dict[str, Any]) -> str:
    """When a task was measured, and on what: one paragraph."""
    machine, readings = task["machine"], task["readings"]
    loads = [reading["load"] for reading in readings]
    best = {key: max(reading[key] for reading in readings) for key in readings[0] if key != "load"}
    peaks = ", ".join(f"{name} {value:.0f}" for name, value in best.items())
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    gpu = f"{task['gpu']} beside " if task.get("gpu") else ""
    return (
        f"Recorded on {task['finished'][:10]} on {gpu}{machine['processor']}, {machine['cores']} cores, "
        f"{machine['system']}; {versions}. {task['repeats']} repeats. The load average was "
        f"between {min(loads):.2f} and {max(loads):.2f}. Best matrix product in GFLOP/s: {peaks}.\n"
    )


def task_table(name: str, task: dict[str, Any]) -> str:
    """One task in Markdown: what it is, how it was measured, a row for each rival, the fastest first."""
    rows = [_row(record) for record in _fastest_first(task["rivals"])]
    head = [*_HEAD, "K", "first epoch, s", "memory, MiB"]
    lines = [
        f"### `{name}`: {task['title']}\n",
        f"Batch {task['batch_size']}, {task['discriminator_steps']} discriminator update(s) a step, "
        f"{task['num_parameters'][0]:,} + {task['num_parameters'][1]:,} weights, "
        f"{task['flop'] / 1e9:.3g} GFLOP a step ({task['usual_flop'] / 1e9:.3g} by the usual rule), "
        f"{task['steps_per_epoch']} steps an epoch.\n",
        _made(task),
        f"| {' | '.join(head)} |",
        "|---" * len(head) + "|",
        *(f"| {' | '.join(row)} |" for row in rows),
        "",
    ]
    return "\n".join(lines)


def _fastest_first(rivals: dict[str, Any]) -> list[dict[str, Any]]:
    return sorted(rivals.values(), key=lambda r: -r.get("steps_per_second", {"median": 0.0})["median"])


def _row(record: dict[str, Any]) -> list[str]:
    if "steps_per_second" not in record:
        reason = record.get("failed", "not measured").splitlines()[0].replace("|", "\\|")
        return [record["title"], f"failed: {reason[:120]}", *[""] * (len(_HEAD) + 1)]
    quotients = [record["ours_over_it"].get(f"ours_{framework}") for framework in FRAMEWORKS]
    return [
        record["title"],
        _span(record["steps_per_second"]),
        f"{record['share']:.0%} ({record['usual_share']:.0%})",
        *(_span(quotient) if quotient else "" for quotient in quotients),
        str(record["steps_per_block"]),
        f"{record['first_epoch']:.1f}",
        f"{record['peak_memory'] / 2**20:.0f}",
    ]


def _span(found: dict[str, Any]) -> str:
    """Median and interval, three digits."""
    low, high = found["interval"]
    return f"{_digits(found['median'])} ({_digits(low)}–{_digits(high)})"


def _digits(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"
