"""The one moment in which a whole secret is on the screen."""
