"""A host that people reach keytui on by SSH: its set-up, its removal, its health.

It knows Debian's places and commands, and neither the database nor its rules:
whoever sets up a host is root there.
"""
