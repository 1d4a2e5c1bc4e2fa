"""Fitting a scenario to the rows of its record that may be fitted.

settings   the calibration file: parameters, rows, scales, stopping rule
distance   how far a replication is from the rows, read as they were published
smc        a sampler that goes step by step, which knows nothing of scenarios
regression a sampler that keeps the nearest draws of the priors and moves them
trials     proposals run on a city
fitting    calibrate(): all of it, kept on disk after every batch
screening  which numbers move the rows at all, before any is chosen
recovery   simulation-based calibration from one reference table
"""
