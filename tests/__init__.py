"""The tests: the same tree as the program, and helpers in ``support.py``."""
