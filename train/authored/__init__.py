"""Dialogues composed from a grammar of our own: what a user may tell, ask and say, and what is answered."""
