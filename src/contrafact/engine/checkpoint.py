"""A copy of a replication under way, which goes on by itself: the same bits as if it had been run from the start.

What changes during a replication is copied: the state, the scratch of the fixed arrays, the actions and what they have
done, and the events so far. Drawn numbers, the world and other fixed arrays are shared.
"""

from __future__ import annotations

from copy import copy
from dataclasses import replace

from contrafact.engine.setup import SCRATCH
from contrafact.model.context import Context, Fixed, Proposals
from contrafact.model.state import ARRAYS, State, allocate

BLANK = ("winner",)
"""Arrays that are zero between ticks, so that nothing of them is copied."""


def copied(c: Context) -> Context:
    """The replication as it is between two ticks; neither copy can change the other."""
    now, following = copied_state(c.now, c.next)
    fixed = Fixed(**c.fixed.__dict__)
    for name in ("risk", *SCRATCH):
        setattr(fixed, name, getattr(fixed, name).copy())
    return replace(
        c,
        now=now,
        next=following,
        fixed=fixed,
        proposals=Proposals.with_room_for(c.proposals.person.size),
        by_mechanism={},
        lost={},
        events=c.events.copy(),
        actions=[copy(action) for action in c.actions],
        memory={name: array.copy() for name, array in c.memory.items()},
    )


def copied_state(now: State, following: State) -> tuple[State, State]:
    """Copies of both sides of the state; arrays that are not buffered belong to both, as they did."""
    sizes = {
        name: size for spec in ARRAYS for name, size in zip(spec.dims, getattr(now, spec.name).shape, strict=False)
    }
    new_now, new_following = allocate(sizes)
    new_now.block[:] = now.block
    new_following.block[:] = following.block
    for spec in ARRAYS:
        if not spec.buffered and spec.name not in BLANK:
            getattr(new_now, spec.name)[...] = getattr(now, spec.name)
    return new_now, new_following
