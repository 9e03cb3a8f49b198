"""An app that lets nothing out: no control character of anybody's text, no secret of a crash."""

from collections.abc import Sequence

from textual.filter import LineFilter
from textual.worker import WorkerFailed

from keytui import crash
from keytui.settings import log_folder
from keytui.tui.line_filter import Harmless
from keytui.tui.themes import ThemedApp


class GuardedApp(ThemedApp):
    """Ends an internal error with :attr:`crash_sentence` alone, and drops what text could do."""

    crash_sentence = ""
    """What to say of an internal error once the terminal is given back."""

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Add the gate that no control character of anybody's text passes."""
        return [*super().get_line_filters(), Harmless()]

    def _handle_exception(self, error: Exception) -> None:
        # A worker's error comes wrapped, and the wrapping has no place in the code.
        cause = error.error if isinstance(error, WorkerFailed) else error
        self.crash_sentence = crash.report(cause, log_folder())
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        # Textual's own prints the local variables of every frame.
        self.panic()

    def panic(self, *renderables: object) -> None:  # noqa: ARG002 - what they say may be anybody's
        """Stop without printing anything."""
        super().panic()
