"""Conflation: several surveys of one layer become one."""
