"""Options grouped in a frozen record, which a `.keras` file can hold."""

from dataclasses import asdict
from typing import Any, Self


class Record:
    """The two methods by which Keras saves a frozen dataclass; each record registers itself."""

    def get_config(self) -> dict[str, Any]:
        """The record's fields, as Keras's saving wants them."""
        return asdict(self)  # type: ignore[call-overload]  # a dataclass in every subclass

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Builds the record from `get_config()`."""
        return cls(**config)
