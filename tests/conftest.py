"""Marks as `slow` what `make test-quick` leaves out."""

from pathlib import Path

import pytest

TESTS = Path(__file__).parent
# Whole files, most of whose tests start processes, build pages, or train for what stands around the package;
# and single tests that take more than about five seconds of a core.
SLOW = [
    "cli/test_cli.py",
    "cli/test_main.py::test_keras_knows_a_saved_gan_as_soon_as_the_package_is_imported",
    "cli/test_main.py::test_the_command_line_knows_a_saved_gan_too",
    "metrics/test_classifier.py::test_it_reads_digits",
    "metrics/test_classifier.py::test_it_reads_mnist",
    "metrics/test_classifier.py::test_two_processes_share_one_whole_file",
    "metrics/test_report.py",  # its classifier trains
    "sweeps/test_sweep.py::test_a_closure_and_a_lambda_run_in_processes",
    "sweeps/test_sweep.py::test_a_killed_program_goes_on_to_the_same_file",
    "sweeps/test_sweep.py::test_an_interruption_keeps_what_is_done_and_leaves_no_process",
    "sweeps/test_sweep.py::test_the_programs_on_the_page_run",
    "sweeps/test_sweep.py::test_the_sweep_goes_on_after_a_worker_was_killed",
    "sweeps/test_sweep.py::test_threads_and_processes_give_the_same_bits",
    "sweeps/test_sweep.py::test_two_dask_workers_give_the_same_rows",
    "sweeps/test_sweep.py::test_worker_processes_share_the_cores",
    "test_benchmarks.py",
    "test_builder.py",
    "test_checks.py::test_a_kill_in_the_middle_leaves_the_old_file_whole",
    "test_checks.py::test_two_processes_at_once_do_not_mix",
    "test_claims.py",
    "test_docs.py",
    "test_lessons.py::test_solution_passes_and_empty_or_wrong_answers_do_not",
    "test_properties.py::test_a_gan_that_fits_its_data_trains",
    "test_readme.py",
    "test_reference.py",
    "test_trial.py",
    "test_wheel.py",
    "training/backend/test_backend.py::test_training_imports_no_other_framework",
    "training/backend/test_devices.py",
    "training/test_checkpoint.py::test_killed_runs_end_in_the_bits_of_a_run_left_alone",
    "training/test_gan.py::test_a_ring_is_learned",
    "training/test_gan.py::test_two_fresh_processes_with_the_same_seeds_end_in_the_same_bits",
]


def pytest_collection_modifyitems(items):
    for item in items:
        file = item.path.relative_to(TESTS).as_posix() if item.path.is_relative_to(TESTS) else ""
        if file in SLOW or f"{file}::{getattr(item, 'originalname', item.name)}" in SLOW:
            item.add_marker(pytest.mark.slow)
