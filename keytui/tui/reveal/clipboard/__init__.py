"""Copy to clipboard: honest about what it could see, and cleared afterwards.

``routes`` chooses the ways, ``copying`` goes them, ``child`` is the short-lived
process in which pyperclip runs, ``clearing`` empties the clipboard again.
"""
