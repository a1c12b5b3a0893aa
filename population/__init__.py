"""The population base: person, household, relationship, life event."""
