"""Evidence between records."""
