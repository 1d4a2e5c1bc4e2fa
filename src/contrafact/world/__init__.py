"""Where a scenario happens: hexagons, the people who live in them, places, and the ways between them."""

from contrafact.world.reading import build, check
from contrafact.world.world import Inputs, Place, World, assemble

__all__ = ["Inputs", "Place", "World", "assemble", "build", "check"]
