"""A document as a Markdown file."""

from pipeline.domain.markdown import headings


class MarkdownExporter:
    """The document's own Markdown, in UTF-8, under its title."""

    def export(self, markdown: str, *, title: str, language: str) -> bytes:
        """The text as it stands; a text without a title of its own gets one."""
        del language
        own = headings(markdown)
        text = markdown.strip()
        if not own or own[0][0] != 1:
            text = f"# {title}\n\n{text}"
        return f"{text}\n".encode("utf-8", "replace")
