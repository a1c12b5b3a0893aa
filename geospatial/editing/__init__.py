"""The edit round trip: layers go out with the versions they were, and come back merged three ways."""
