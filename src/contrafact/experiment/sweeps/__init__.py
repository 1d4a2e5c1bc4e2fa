"""Runs at many points of the space of parameters: which numbers vary, where the points lie, and what came of each.

axes     one number that varies, by its path in the scenario, over a range or over its prior
points   replications at given points, on the same seeds at every point
"""

from contrafact.experiment.sweeps.axes import Axis, Over, axes, every_prior
from contrafact.experiment.sweeps.points import AtPoints, city_job, in_order, point_shards

__all__ = [
    "AtPoints",
    "Axis",
    "Over",
    "axes",
    "city_job",
    "every_prior",
    "in_order",
    "point_shards",
]
