"""The builder of the course: lessons in, notebooks and site pages out. Only the tests import it."""

import sys

# jsonschema, which checks notebooks, compiles the grammar of IRIs when it is imported, for seconds. Where the
# module is missing it does without, and notebooks hold no IRIs.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
