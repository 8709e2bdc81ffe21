"""Writes without a model: from the sentences of the author's files, and only from them."""

from pipeline.adapters.offline_author.author import OfflineAuthor

__all__ = ["OfflineAuthor"]
