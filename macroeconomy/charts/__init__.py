"""Charts of figures: one description, drawn as SVG for pages and as a picture."""
