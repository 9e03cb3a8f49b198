"""The one moment in which a whole secret is on the screen, and nothing left of it afterwards.

A key text (or a sign-in code) lives in one page of memory and nowhere else. The
service draws it there; the digest is computed from there; what travels through
Textual are placeholders; the last step before the terminal puts the characters
in. After OK the page is overwritten, and there was never anything else.

    page            one anonymous page: locked, not dumped, empty in a forked child
    late_binding    placeholders, and the file that replaces them on the way out
    driver          Textual's driver, writing through that file
    sequences       the bytes that copy a secret to a terminal's clipboard (OSC 52)
    secret_line     the line that shows it; deadline: the thread that ends it
    screen          the pop-up; quiet: keys typed ahead; saving: Save to file
    clipboard/      the ways of Copy to clipboard, and clearing it again

Promised, and tested by searching the memory of the running program:

- keytui's own process holds no copy once the pop-up is closed, by OK, by its
  time limit, by a lost terminal or by an error, and one copy, the page, before;
- no file of keytui's holds one: database, log, report of an error, configuration;
- the child process in which pyperclip runs gets it through a pipe, never as an
  argument, in the environment or in a file; once it has copied it replaces itself
  by a program that knows a keyed tag of it and not the text, and that clears the
  clipboard later, whatever becomes of keytui.

Not promised, because it is out of reach: what the terminal, its scrollback,
tmux, a clipboard and its manager keep; the moment that the child takes to copy;
whoever is root, or debugs the process;
a machine that sleeps to disk while the pop-up is open; the key text typed or
pasted back into keytui, which Textual handles as any other text. Passwords pass
through Textual's Input: they are emptied out of it as soon as they are used,
which is all that can be said.
"""
