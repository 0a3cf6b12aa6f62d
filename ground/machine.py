"""What numbers were made with: the processor and the versions of libraries."""

from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version


def processor() -> str:
    """The processor's name, as far as the system tells it."""
    from keras_gan.cli.run_folder import processor  # here, since the package brings Keras

    return processor()


def installed(packages: Iterable[str]) -> dict[str, str]:
    """The versions of those packages that are installed, in the given order."""
    found = {}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
