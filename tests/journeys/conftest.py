"""Every story has a home of its own."""

from tests.home import home  # noqa: F401 - a fixture
from tests.ssh_server import host_folder, installed, server  # noqa: F401 - fixtures
