"""The slow oracle: every resident, every tick, plain NumPy; and the tests by which the engine is held against it."""
