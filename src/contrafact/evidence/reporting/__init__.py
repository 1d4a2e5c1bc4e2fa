"""From model to observation: what would have been published, on that day and by that kind of source, had a run been so.

runs          what the replications did
operators     delay, under-count, rounding words, windows: pure functions of arrays
drawing       parameters of the operators, with their priors, and the keyed draws of each replication
as_published  per quantity, how a row is read and which of the operators apply
declared      the file that says of each row of a record how it is read, or why it cannot be
"""

from contrafact.evidence.reporting.as_published import HOURS, Read, Wanted, reached, read
from contrafact.evidence.reporting.declared import Declared, declared_of
from contrafact.evidence.reporting.drawing import PARAMETERS, Reporting, drawn, exact
from contrafact.evidence.reporting.runs import Occurrence, Runs

__all__ = [
    "HOURS",
    "PARAMETERS",
    "Declared",
    "Occurrence",
    "Read",
    "Reporting",
    "Runs",
    "Wanted",
    "declared_of",
    "drawn",
    "exact",
    "reached",
    "read",
]
