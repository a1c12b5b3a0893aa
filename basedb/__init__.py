"""The foundation of the base databases; knows no domain by name."""
