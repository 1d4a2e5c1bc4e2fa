"""Runs at many points of the space of parameters: which numbers vary, where the points lie, and what came of each.

axes     one number that varies, by its path in the scenario, over a range or over its prior
store    a folder of whole shards that a later call goes on with
points   replications at given points, on the same seeds at every point
"""

from contrafact.experiment.sweeps.axes import Axis, Over, axes, every_prior
from contrafact.experiment.sweeps.points import AtPoints, Renumbered, city_job, in_order, point_shards
from contrafact.experiment.sweeps.store import Store

__all__ = [
    "AtPoints",
    "Axis",
    "Over",
    "Renumbered",
    "Store",
    "axes",
    "city_job",
    "every_prior",
    "in_order",
    "point_shards",
]
