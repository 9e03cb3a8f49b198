"""Every option and argument of every command, found by walking click's tree.

A new command is met by the corpus without anybody remembering it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import click

from keytui.cli.commands import commands

FITTING = {
    "name": "maria",
    "file": "new.file",
    "key_id": "1",
    "review_id": "1",
    "role": "administrator",
    "which": "idle",
}
"""What a command needs besides the input that is tried; anything else gets the word ``lost``."""


@dataclass(frozen=True)
class Input:
    """One place on the command line where a person writes something.

    Attributes:
        path: the words of the command.
        command: what they lead to.
        parameter: the option or argument; ``None`` for one word too many.
        whole: whether it is an option of all of keytui, before the command.
    """

    path: tuple[str, ...]
    command: click.Command
    parameter: click.Parameter | None
    whole: bool = False

    def line(self, value: str, database: str) -> list[str]:
        """Return the command line on which it has this value."""
        before = {"--database": ["--database", database]}
        if self.whole:
            option = _option(self.parameter, value)
            before[option[0]] = option
        options: list[str] = []
        words: list[str] = []
        for parameter in self.command.params:
            if not (parameter.required or parameter is self.parameter):
                continue
            fitting = FITTING.get(str(parameter.name), "lost")
            given = value if parameter is self.parameter else fitting
            if isinstance(parameter, click.Option):
                options += _option(parameter, given)
            else:
                words.append(given)
        if self.parameter is None:
            words.append(value)  # without the dashes: it may be taken for an option
        elif words:
            words.insert(0, "--")
        return [word for pair in before.values() for word in pair] + [*self.path, *options, *words]

    def __str__(self) -> str:
        """Name it in a test's id."""
        what = f"{self.parameter.param_type_name} {self.parameter.name}" if self.parameter else "+"
        return " ".join((*self.path, f"(all: {what})" if self.whole else what))


def _option(option: click.Parameter | None, value: str) -> list[str]:
    assert isinstance(option, click.Option)
    name = max(option.opts, key=len)
    return [f"{name}={value}"] if option.is_flag else [name, value]


def inputs(command: click.Command = commands, path: tuple[str, ...] = ()) -> Iterator[Input]:
    """Yield every input of a command and of those below it, and of each a word too many."""
    yield Input(path, command, None)
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            yield from inputs(inner, (*path, name))
        if not command.invoke_without_command or not path:
            return
    for parameter in command.params:
        yield Input(path, command, parameter)
    for parameter in commands.params:
        # What every command does the same is tried once; what opens a file, at each.
        if parameter.name == "database" or path == ("doctor",):
            yield Input(path, command, parameter, whole=True)
