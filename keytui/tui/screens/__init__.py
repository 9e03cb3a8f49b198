"""The screens, one file each: full screens and the dialogs over them."""
