"""Where a scenario happens: hexagons or regions, the people who live in them, places, and the ways between them."""

from contrafact.world.places import Place
from contrafact.world.reading import build, check
from contrafact.world.regions import RegionInputs
from contrafact.world.world import Inputs, World, assemble

__all__ = ["Inputs", "Place", "RegionInputs", "World", "assemble", "build", "check"]
