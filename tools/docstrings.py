"""For the reference pages: reads the docstrings' `Example:` as the section that holds code."""

import re
from typing import Any

from griffe import Extension, Object


class Examples(Extension):
    """Shows `Example:` sections, which the Google style knows in the plural alone, as code."""

    def on_object(self, *, obj: Object, **kwargs: Any) -> None:
        """Renames the section of one object."""
        if obj.docstring:
            obj.docstring.value = re.sub(r"^Example:$", "Examples:", obj.docstring.value, flags=re.MULTILINE)
