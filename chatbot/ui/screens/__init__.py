"""The screens: the chat, which is built up in layers, and those that are laid on it."""
