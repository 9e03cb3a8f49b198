"""A Python process that does what it is told: a line in is JSON of code, a line out JSON of its value."""

import json
import sys


def main() -> None:
    """Serve until standard input ends; what is named stays named."""
    names: dict[str, object] = {"arguments": sys.argv[1:]}
    for line in sys.stdin:
        code = json.loads(line)
        try:
            try:
                compiled = compile(code, "<told>", "eval")
            except SyntaxError:
                exec(code, names)
                answer: object = None
            else:
                answer = eval(compiled, names)
            print(json.dumps(["value", answer]), flush=True)  # noqa: T201 - the answer
        except Exception as error:  # noqa: BLE001 - the test is told
            told = f"{type(error).__name__}: {error}"
            print(json.dumps(["error", told]), flush=True)  # noqa: T201 - the answer


main()
