"""Communications: how much of the network works in each cell.

    M_c = 1 - max(shutdown, jamming_c, damage)

A shutdown holds for the city (where there are several states: for the home state), and so does damage, which is the
share of telecom facilities that the state has lost; jamming holds within the radius of its platform. The effect on
unrest is not assumed here: findings conflict (Hassanpour 2014; Gohdes 2015; Rydzak 2019; Pierskalla and Hollenbach
2013), and it follows from what reads M: exposure, fear and participation, and the delay of medical care in crowd
control.

Order     after policy, before exposure
Reads     availability (), jamming (cell,), holder (facility,)
Writes    network (cell,), share of the network that works, 0 to 1
Source    definition; the share lost with telecom facilities is an assumption
Check     tests/model/test_communications.py: the worst of the three causes decides
"""

from __future__ import annotations

import numpy as np

from contrafact.model.context import Context
from contrafact.parameters import ASSUMPTION, Parameter, uniform

PARAMETERS = (
    Parameter(
        "communications.damage", "dimensionless", 0.5, ASSUMPTION,
        "share of the network that is lost when every telecom facility is lost", uniform(0.2, 0.8), high=1.0,
    ),
)  # fmt: skip


def step(c: Context) -> None:
    """Set the network of every cell."""
    city = max(1.0 - float(c.now.availability[0]), c.p["communications.damage"] * c.share_lost("telecom"))
    np.multiply(c.fixed.governed, -city, out=c.next.network)
    np.minimum(-c.now.jamming, c.next.network, out=c.next.network)
    c.next.network[:] += 1.0
