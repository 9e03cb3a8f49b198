"""Every story has a home of its own."""

import pytest

from tests.home import home  # noqa: F401 - a fixture
from tests.ssh_server import host_folder, installed, server  # noqa: F401 - fixtures
from tests.terminal import SIZE


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tell a story of two sizes and two engines twice, not four times: each of them is met once."""

    def is_told(item: pytest.Item) -> bool:
        told = getattr(item, "callspec", None)
        if told is None or not {"engine", "size"} <= told.params.keys():
            return True
        return (told.params["engine"] == "sqlite") is (told.params["size"] == SIZE)

    dropped = [item for item in items if not is_told(item)]
    config.hook.pytest_deselected(items=dropped)
    items[:] = [item for item in items if is_told(item)]
