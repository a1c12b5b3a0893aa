"""Doubtful matches and the people who decide them: queue, judgements, samples, workbooks."""
