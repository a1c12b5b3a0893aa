"""Tests of every room; one suite runs on both stores."""
