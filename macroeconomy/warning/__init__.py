"""Warning lights: how hot or cold each indicator runs, judged by what was known then."""
