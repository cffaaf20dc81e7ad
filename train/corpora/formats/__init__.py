"""One reader a file; a new file with a sub-class of ``Reader`` is all that a new format needs."""
