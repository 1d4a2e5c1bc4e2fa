"""From what others publish to a scenario: a city's map and people, and events into a record."""
