"""Every story has a home of its own."""

from tests.home import home  # noqa: F401 - a fixture
