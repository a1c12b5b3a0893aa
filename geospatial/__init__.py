"""The natural-resource and spatial base."""
