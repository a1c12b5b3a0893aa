"""Figures for others: SDMX messages and tables as the statistics office lays them out."""
