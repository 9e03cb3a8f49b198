"""Whole stories, told at a real pseudo-terminal."""
