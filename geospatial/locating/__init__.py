"""Where an address is: text to standard parts, to a building, and to what is around it."""
