"""How it thinks: two LangGraph graphs over ports."""
