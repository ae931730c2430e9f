"""What LibreOffice and a browser write of the same stories: .doc and .pdf that we did not make ourselves."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from hemei import intake
from hemei.intake import radicals
from tests.works import formats_sample as sample

pytestmark = pytest.mark.prove
MANY = 25


def converted(folder: Path, files: list[Path], kind: str) -> list[Path]:
    """The files as LibreOffice writes them, its profile in the folder."""
    out = folder / kind[:3]
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", kind, "--outdir", str(out), *map(str, files)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    return [out / f"{file.stem}.{kind[:3]}" for file in files]


def written(folder: Path, ending: str, write) -> list[Path]:
    made = []
    for seed in range(MANY):
        made.append(folder / f"{seed}.{ending}")
        made[-1].write_bytes(write(sample.sample(seed)))
    return made


def all_words(path: Path, seed: int, *, unplaced: str = "") -> intake.Copy:
    """The copy, once its words are seen to be all there in order; ``unplaced``: marks that need only be there."""
    copy = intake.read(path.name, path.read_bytes())
    plain, words = sample.bare(copy.text), sample.sample(seed).words
    assert sorted(plain) == sorted(words), path
    for mark in unplaced:
        plain, words = plain.replace(mark, ""), words.replace(mark, "")
    assert plain == words, path
    return copy


@pytest.mark.parametrize(("ending", "write"), [("html", sample.as_html), ("docx", sample.as_docx)])
def test_what_libreoffice_writes_as_doc_comes_in_with_all_words_headings_and_tables(tmp_path, ending, write):
    for seed, path in enumerate(converted(tmp_path, written(tmp_path, ending, write), "doc:MS Word 97")):
        copy, story = all_words(path, seed), sample.sample(seed)
        kinds = [kind for kind, _ in story.parts]
        assert copy.kind == "doc"
        assert sum(p.style == "heading 2" for p in copy.paragraphs) == kinds.count("head")
        assert [[list(row) for row in p.rows] for p in copy.paragraphs if p.rows] == [
            h for k, h in story.parts if k == "table"
        ]


def test_what_libreoffice_writes_as_pdf_comes_in_with_all_words(tmp_path):
    # It draws both quotation marks of a line in one stroke when they are in another font than the Chinese between them.
    for seed, path in enumerate(converted(tmp_path, written(tmp_path, "docx", sample.as_docx), "pdf")):
        all_words(path, seed, unplaced="“”")


def test_what_a_browser_prints_comes_in_with_all_words_and_no_radical(tmp_path):
    for seed, path in list(enumerate(written(tmp_path, "html", sample.as_html)))[:8]:
        out = path.with_suffix(".pdf")
        command = [
            "chromium",
            "--headless",
            "--no-sandbox",
            "--no-pdf-header-footer",
            f"--print-to-pdf={out}",
            str(path),
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        copy = all_words(out, seed)
        assert not any(ord(character) in radicals.TABLE for character in copy.text)
