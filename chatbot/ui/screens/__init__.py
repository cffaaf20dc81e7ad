"""The screens; so far the chat is the only one."""
