"""Recipes: all that a model is made of, in a file, so that one command makes it again."""
