"""The monthly briefing: what a month's figures say, in one page."""
