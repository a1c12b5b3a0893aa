"""Pure functions over series: growth, indices, prices, benchmarking, cycles."""
