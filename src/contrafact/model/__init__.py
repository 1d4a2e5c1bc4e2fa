"""The science: one file per mechanism, and the order in which they run. To add one, write the file and name it here."""

from contrafact.model import (
    alliance,
    arming,
    bands,
    combat,
    command,
    communications,
    crowd_control,
    exposure,
    facilities,
    fear,
    gathering,
    movement,
    outside,
    participation,
    policy,
    recording,
    reports,
    support,
)
from contrafact.parameters import Parameter

ORDER = (
    policy,
    reports,
    communications,
    exposure,
    fear,
    gathering,
    participation,
    movement,
    outside,
    arming,
    bands,
    command,
    crowd_control,
    combat,
    facilities,
    alliance,
    support,
)
"""The mechanisms of a tick. Each reads the state as the tick began; then the engine applies; then recording looks."""

PARAMETERS: dict[str, Parameter] = {p.name: p for module in (*ORDER, recording) for p in module.PARAMETERS}
"""Every parameter that a mechanism declares, by name, in the order of the loop."""
