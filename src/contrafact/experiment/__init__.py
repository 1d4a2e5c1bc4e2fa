"""Experiments: many replications of a scenario, the results folder, and its re-execution."""
