"""Comparing: several models answer the same message side by side.  What they do is ``conversation.side_by_side``."""
