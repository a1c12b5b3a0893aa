"""How master tables are stored: an embedded file, or PostgreSQL with PostGIS."""
