"""Name tables, words and city specifications of the demo, shipped as data."""
