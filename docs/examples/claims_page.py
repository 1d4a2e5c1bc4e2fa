"""Write docs/claims.md from the answers that ship.

python docs/examples/claims_page.py
"""

from __future__ import annotations

from pathlib import Path

import contrafact as cf
from contrafact.report.evidence import claims_markdown

PAGE = Path(__file__).parents[1] / "claims.md"
HEAD = """# What the model says of the claims

Printed by `contrafact claims almaty-2022 --markdown` from the answers that ship, which `make claims` asks for anew.
What is asked of which claim stood in `questions.yaml` before any run was read for it. Three of the answers are worked
out step by step in [claims_by_hand.md](claims_by_hand.md); [evidence.md](evidence.md) says when runs bear a claim
out, and when they speak against it. Harm comes first in every line: of the arm, or what it has more than the arm it
is set against.

"""


def page() -> str:
    """The whole page."""
    return HEAD + claims_markdown(cf.claims(cf.load("almaty-2022")))


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
