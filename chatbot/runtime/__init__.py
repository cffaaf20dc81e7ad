"""Reading and speaking with a bundle, on LiteRT and NumPy alone."""
