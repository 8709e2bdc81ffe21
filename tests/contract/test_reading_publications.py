import json

import pytest

from pipeline.adapters.reading import read_bytes
from pipeline.adapters.reading.extract import EDITION
from pipeline.adapters.reading.publications import (
    MAX_AUTHORS,
    MAX_CHARS,
    described,
    iso_date,
    names_in,
    own_title,
    without_logins,
)
from pipeline.adapters.shelf import FileShelf
from pipeline.domain.documents import Publication
from tests.reading_store import Readings
from tests.samples.blocks import read_text
from tests.samples.docx import core_properties, make_docx, paragraph
from tests.samples.office import make_epub
from tests.samples.pdf import Text, make_pdf

TEXT = "The Moon raises tides by its pull on the sea, on the near side and on the far side."


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Mary Shelley", ["Mary Shelley"]),
        ("Mary Shelley; 鲁迅", ["Mary Shelley", "鲁迅"]),
        ("Mary Shelley and Percy Shelley", ["Mary Shelley", "Percy Shelley"]),
        (
            "Mary Shelley, Percy Shelley & Lord Byron",
            ["Mary Shelley", "Percy Shelley", "Lord Byron"],
        ),
        ("Shelley, Mary", ["Shelley, Mary"]),
        ("Jane Doe, PhD, and John Smith, MD", ["Jane Doe", "John Smith"]),
        ("Jane Doe, John Smith, et al.", ["Jane Doe", "John Smith"]),
        ("Dr. John Smith", ["John Smith"]),
        ("Johnson & Johnson", ["Johnson & Johnson"]),
        ("Bank, John", ["Bank, John"]),
        ("鲁迅，李白、杜甫", ["鲁迅", "李白", "杜甫"]),
        ("鲁迅 李白", ["鲁迅", "李白"]),
        ("By Mary Shelley", ["Mary Shelley"]),
        ("作者：鲁迅", ["鲁迅"]),
        ("Ministry of Rivers and Seas", ["Ministry of Rivers and Seas"]),
        ("Administrator", []),
        ("微软用户", []),
        ("Microsoft Office User", []),
        ("mary@example.org", []),
        ("https://example.org/mary", []),
        ("<b>Mary</b>", []),
        ("", []),
    ],
)
def test_names_are_told_apart_and_programs_are_no_authors(text: str, names: list[str]) -> None:
    assert list(names_in(text)) == names


def test_the_name_by_which_a_user_signs_in_is_no_author() -> None:
    assert without_logins(["mshelley", "Mary Shelley", "UNESCO", "鲁迅", "USER7"]) == [
        "Mary Shelley",
        "UNESCO",
        "鲁迅",
    ]


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2024-05-17", "2024-05-17"),
        ("2024-05-17T08:00:00+08:00", "2024-05-17"),
        ("2024/5/7", "2024-05-07"),
        ("2024年5月17日", "2024-05-17"),
        ("2024.05", "2024-05"),
        ("D:20240517083000+08'00'", "2024-05-17"),
        ("2024", "2024"),
        ("2024-19-01", "2024"),
        ("May 5, 2024", "2024-05-05"),
        ("5 May 2024", "2024-05-05"),
        ("3rd Sept. 2024", "2024-09-03"),
        ("December 2024", "2024-12"),
        ("17.05.2024", "2024-05-17"),
        ("17.5.2024 08:00", "2024-05-17"),
        ("31.31.2024", "2024"),
        ("Mayor 2024", ""),
        ("0000-01-01", ""),
        ("9999", ""),
        ("yesterday", ""),
    ],
)
def test_dates_are_read_as_far_as_they_are_known(text: str, date: str) -> None:
    assert iso_date(text) == date


@pytest.mark.parametrize(
    "title",
    ["Microsoft Word - 报告.doc", "PowerPoint 演示文稿", "Document1", "untitled", "a/b/x.indd", ""],
)
def test_a_title_that_a_program_made_up_is_none(title: str) -> None:
    assert own_title(title) == ""
    assert own_title(" 潮汐 \x00 report ") == "潮汐 report"


def test_hostile_values_are_cut_to_size() -> None:
    long = described(
        authors=["; ".join(f"Mary Shelley{chr(97 + n % 26) * (n // 26 + 1)}" for n in range(900))],
        issued="2024" + "0" * 100_000,
        container="潮" * 1_000_000,
        doi="10.1000/" + "x" * 100_000,
        url="https://example.org/" + "a" * 100_000,
    )

    assert len(long.authors) <= MAX_AUTHORS
    assert all(len(value) <= MAX_CHARS for value in (long.container, long.doi, long.url))


def test_a_word_file_says_its_authors_and_the_day_of_its_version() -> None:
    parts = core_properties(
        title="潮汐报告",
        creator="鲁迅; Mary Shelley",
        created="2023-01-01T00:00:00Z",
        modified="2024-05-17T08:00:00Z",
    )

    reading = read_bytes("a.docx", make_docx(paragraph("潮汐"), parts=parts))

    assert reading.title == "潮汐报告"
    assert reading.publication == Publication(authors=("鲁迅", "Mary Shelley"), issued="2024-05-17")
    assert reading.edition == EDITION


@pytest.mark.parametrize("creator", ["mshelley", "python-docx", "Administrator"])
def test_a_word_file_of_nobody_has_no_author(creator: str) -> None:
    parts = core_properties(title="Microsoft Word - x.doc", creator=creator, modified="2024-05")

    reading = read_bytes("报告.docx", make_docx(paragraph("潮汐"), parts=parts))

    assert reading.publication.authors == ()
    assert reading.publication.issued == ("" if creator == "python-docx" else "2024-05")
    assert reading.title == "潮汐"


def test_broken_properties_do_not_spoil_a_text() -> None:
    reading = read_bytes("a.docx", make_docx(paragraph("潮"), parts={"docProps/core.xml": "<a"}))

    assert (reading.title, reading.publication) == ("潮", Publication())


def test_a_book_says_its_authors_publisher_and_date() -> None:
    space = 'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:opf="http://www.idpf.org/2007/opf"'
    metadata = (
        f'<dc:creator {space} opf:role="aut">鲁迅</dc:creator>'
        f'<dc:creator {space} opf:role="ill">Somebody Else</dc:creator>'
        f"<dc:publisher {space}>新潮社</dc:publisher><dc:date {space}>1923-08</dc:date>"
        f"<dc:identifier {space}>urn:doi:10.1000/182</dc:identifier>"
    )

    reading = read_bytes("a.epub", make_epub(["<p>狂人</p>"], title="呐喊", metadata=metadata))

    assert reading.publication == Publication(
        type="book", authors=("鲁迅",), issued="1923-08", publisher="新潮社", doi="10.1000/182"
    )


XMP = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/"
 xmlns:prism="http://prismstandard.org/namespaces/basic/2.0/" prism:volume="3"
 prism:doi="10.1000/Sea.182">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">海岸风能</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>鲁迅</rdf:li><rdf:li>Mary Shelley</rdf:li></rdf:Seq></dc:creator>
<prism:publicationName>海洋学报</prism:publicationName>
<prism:publicationDate>2020-05-01</prism:publicationDate><prism:number>2</prism:number>
<prism:pageRange>1-20</prism:pageRange>
</rdf:Description></rdf:RDF></x:xmpmeta>"""


def test_a_paper_says_where_it_appeared() -> None:
    data = make_pdf([[Text(TEXT)]], xmp=XMP, info={"Author": "mshelley"})

    reading = read_bytes("a.pdf", data)

    assert reading.title == "海岸风能"
    assert reading.publication == Publication(
        type="article-journal",
        authors=("鲁迅", "Mary Shelley"),
        issued="2020-05-01",
        container="海洋学报",
        volume="3",
        issue="2",
        pages="1-20",
        doi="10.1000/Sea.182",
    )


@pytest.mark.parametrize(
    "xmp", ["<x:xmpmeta>http://ns.adobe.com/pdf/1.3/", XMP.replace("<dc:title>", "<dc:title")]
)
def test_a_broken_packet_does_not_spoil_a_pdf(xmp: str) -> None:
    assert read_bytes("a.pdf", make_pdf([[Text(TEXT)]], xmp=xmp)).publication == Publication()


def test_a_pdf_says_its_author_and_the_year_that_it_also_names() -> None:
    made = {"Author": "鲁迅", "CreationDate": "D:20240517083000Z"}

    dated = read_bytes("a.pdf", make_pdf([[Text(f"Report 2024. {TEXT}")]], info=made))
    undated = read_bytes("a.pdf", make_pdf([[Text(f"Printed in 1950. {TEXT}")]], info=made))

    assert dated.publication == Publication(authors=("鲁迅",), issued="2024")
    assert undated.publication == Publication(authors=("鲁迅",))


@pytest.mark.parametrize(
    ("line", "doi"),
    [
        ("https://doi.org/10.1000/182.", "10.1000/182"),
        ("doi:10.1000/182 and again 10.1000/182", "10.1000/182"),
        ("https://doi.org/10.1145/1122445.1122456", ""),
        ("The data are at https://doi.org/10.1000/182", ""),
        ("Archived as 10.5281/zenodo.4242", ""),
        ("Data of 2020. Sea Letters 3, doi:10.1000/182", "10.1000/182"),
        ("see 10.1000/182 and 10.1000/183", ""),
        ("page 10.1 of 20", ""),
    ],
)
def test_the_one_doi_on_the_first_page_is_the_papers_own(line: str, doi: str) -> None:
    pages = [[Text(line), Text(TEXT, down=40)], [Text("https://doi.org/10.1000/999")]]

    assert read_bytes("a.pdf", make_pdf(pages)).publication.doi == doi


PAGE = """<html><head><title>Tides - Harbour pages</title>{head}</head><body><h1>Tides</h1>
<p>The Moon raises tides in the sea; the Sun adds a smaller part of the force.</p></body></html>"""


def page(head: str) -> tuple[str, Publication]:
    reading = read_text(PAGE.format(head=head), "a.html")
    return reading.title, reading.publication


def test_a_paper_on_the_web_says_where_it_appeared() -> None:
    names = {
        "citation_title": "Tides",
        "citation_author": "Shelley, Mary",
        "citation_publication_date": "2024/05/17",
        "citation_journal_title": "海洋学报",
        "citation_volume": "3",
        "citation_firstpage": "1",
        "citation_lastpage": "20",
        "citation_doi": "10.1000/182",
    }
    head = "".join(f'<meta name="{name}" content="{value}">' for name, value in names.items())

    assert page(head + '<meta name="citation_author" content="鲁迅">') == (
        "Tides",
        Publication(
            type="article-journal",
            authors=("Shelley, Mary", "鲁迅"),
            issued="2024-05-17",
            container="海洋学报",
            volume="3",
            pages="1-20",
            doi="10.1000/182",
        ),
    )


def test_a_page_says_who_wrote_it_in_its_linked_data() -> None:
    data = {
        "@graph": [
            {"@type": "Organization", "name": "Harbour"},
            {
                "@type": ["NewsArticle"],
                "author": [{"@type": "Person", "name": "鲁迅"}, "Mary Shelley"],
                "datePublished": "2024-05-17T08:00:00Z",
            },
        ]
    }
    head = (
        f'<script type="application/ld+json">{json.dumps(data)}</script>'
        '<meta property="og:site_name" content="Harbour pages">'
        '<meta property="og:title" content="Tides">'
        '<link rel="canonical" href="https://example.org/tides">'
    )

    assert page(head) == (
        "Tides",
        Publication(
            type="webpage",
            authors=("鲁迅", "Mary Shelley"),
            issued="2024-05-17",
            container="Harbour pages",
            url="https://example.org/tides",
        ),
    )


@pytest.mark.parametrize(
    "head",
    [
        '<script type="application/ld+json">' + "[" * 100_000 + "</script>",
        '<script type="application/ld+json">{"@type": "Article", "author": 7}</script>',
        '<script type="application/ld+json">not json</script>',
        '<link rel="canonical" href="javascript:alert(1)">',
        '<meta name="author" content="">',
    ],
)
def test_hostile_data_of_a_page_is_nothing(head: str) -> None:
    title, publication = page(head)

    assert title == "Tides - Harbour pages"
    assert (publication.authors, publication.url, publication.type) == ((), "", "document")


def test_a_word_file_with_hostile_properties_is_read_without_them() -> None:
    bomb = '<!DOCTYPE a [<!ENTITY b "x">]><a>&b;</a>'
    data = make_docx(paragraph("潮汐"), parts={"docProps/core.xml": bomb})

    assert read_bytes("a.docx", data).publication == Publication()


def test_what_an_older_program_read_is_read_again_when_the_file_is_at_hand() -> None:
    text = "---\nauthor: 鲁迅\n---\n\n正文。"
    store = Readings()
    shelf = FileShelf(store, max_file_bytes=1_000_000)
    older = shelf.read_upload("a.md", text.encode()).model_copy(
        update={"publication": Publication(), "edition": 1}
    )
    store.save_reading(older)

    again = shelf.read_upload("a.md", text.encode())
    shelf.close()

    assert (again.publication.authors, again.edition) == (("鲁迅",), EDITION)
    assert store.load_reading(older.sha256) == again
