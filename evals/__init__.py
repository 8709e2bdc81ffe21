"""How good the outlines, the drafts, the research and the citations are, on labelled texts."""
