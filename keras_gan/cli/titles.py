"""Names and titles of the recipes, without the recipes themselves, which need Keras."""

import json
from pathlib import Path

_FILE = Path(__file__).parents[1] / "recipes" / "titles.json"
TITLES: dict[str, str] = json.loads(_FILE.read_text(encoding="utf-8"))
