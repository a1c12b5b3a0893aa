"""City specifications: division codes are real, everything else is invented."""
