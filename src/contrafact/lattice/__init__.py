"""The reference model: civil violence on a lattice (Epstein 2002), its published runs, and its measure of outbursts."""

from contrafact.lattice.outbursts import outbursts, waits
from contrafact.lattice.rules import Change, Rules
from contrafact.lattice.runs import RUNS, Run
from contrafact.lattice.simulation import Lattice, LatticeRun, run

__all__ = ["RUNS", "Change", "Lattice", "LatticeRun", "Rules", "Run", "outbursts", "run", "waits"]
