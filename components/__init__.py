"""Drawings that pages use: values in, what the author did out."""
