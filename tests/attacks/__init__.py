"""A story for every hole there could be, told at a real pseudo-terminal."""
