"""The screens, driven through Textual's Pilot."""
