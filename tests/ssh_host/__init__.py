"""Setting a host up, on a host that is made for it."""
