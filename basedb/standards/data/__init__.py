"""Code lists and tables of characters, as data; no code lives here."""
