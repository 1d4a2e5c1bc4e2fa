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
What is asked of which claim stood in `questions.yaml` before any run was read for it; what was added since is dated
there. Three of the answers are worked out step by step in [claims_by_hand.md](claims_by_hand.md);
[evidence.md](evidence.md) says when runs bear a claim out, and when they speak against it. Harm comes first in every
line: of the arm, or what it has more than the arm it is set against, over all runs, also where an answer leaves runs
out in which there is no share to read.

Four things to know before reading on. "Not rare" says that what a claim implies happens in at least one run in
twenty, and no more: the claim can fail in most runs. Where two arms are the same in the model, as nobody asked and
asked in vain (C47), their lines are equal by construction; a jammer over a network that is down (C19) changes next to
nothing. In C37 the airport is retaken by local units whose hours of arrival are inputs of the scenario, so that no arm
about contingents can move it: "inconsistent" is put in there, and no evidence against the claim.
What compares with an arm in which the network stays up (C20, and C19 under that setting) rests on what a cut network
adds to joining, a number that the fit pushed to the end of its prior, it seems for a fault elsewhere in the model
([fit.md](fit.md)): an assumption, no finding.

In the tables, a setting is which contested assumption is laid over both arms; an answer is in hours where hours are
asked for (C21, C24, C37, C47), in persons where persons are (C19, C20, C36), and else a share of runs; unreached is the
share of runs or pairs in which the event had not come by the end of the run. C30 and C42 leave out runs in which nobody
was armed.

"""


def page() -> str:
    """The whole page."""
    return HEAD + claims_markdown(cf.claims(cf.load("almaty-2022")))


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
