"""The terminal app: how it looks and which keys do what. It decides nothing and records nothing."""
