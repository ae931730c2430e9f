"""The back office speaks Chinese: our catalogues are complete, compiled, true to their placeholders, and win."""

import gettext
import re
from collections import Counter
from pathlib import Path

import pytest

from hemei.rooms.locale.collect import (
    CATALOGUES,
    DOMAINS,
    KEPT,
    CatalogueError,
    Entry,
    compile_mo,
    lacking,
    ours,
    read_mo,
    read_po,
    spoken,
    wanted,
    write_po,
)

PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|(?<!%)%[sd]|\{\w*\}")
TAG = re.compile(r"</?\w+|(?:href|class|data-[\w-]+)=\"[^\"]*\"")
FOREIGN = {
    "JSON": "the format has no Chinese name in use",
    "UUID": "named beside its Chinese, for those who look for it",
    "UTF": "UTF-8, an encoding's name",
    "CSV": "a file format's name",
    "XLSX": "a file format's name",
    "IPv": "IPv4 and IPv6 are protocol names",
    "IP": "a protocol's name",
    "JavaScript": "the browser's own settings call it so",
    "Sorani": "a language's name, never offered: only 简体中文 is",
    "KB": "a unit",
    "MB": "a unit",
    "GB": "a unit",
    "TB": "a unit",
    "PB": "a unit",
}
FOR_DEVELOPERS = re.compile(
    r"Django|DEBUG|allow_future|allow_empty|get_absolute_url|python model class|referrer|Whether the user will be able"
)
"""Texts of Django's debug pages and of django.contrib.auth's own admin form, which the back office never shows."""

OLD_WORDS = re.compile("片段|评论|工作流|文档|修订|审查|控制面板|集合")
"""Words of the libraries' Chinese that ours replaces: 条目, 批注, 审批流程, 文件, 历史版本, 审核, 工作台, 资料夹."""


@pytest.fixture(params=DOMAINS)
def domain(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def bare(said: str) -> str:
    """The words alone: without placeholders, tags and addresses."""
    return re.sub(r"<[^>]*>|https?://\S*", "", PLACEHOLDER.sub("", said))


def test_every_mo_is_what_its_po_compiles_to(domain: str) -> None:
    assert (CATALOGUES / f"{domain}.mo").read_bytes() == compile_mo(ours(domain).values())


def test_gettext_reads_our_mo_as_it_was_written(domain: str) -> None:
    with (CATALOGUES / f"{domain}.mo").open("rb") as stream:
        read = gettext.GNUTranslations(stream)
    entries = ours(domain).values()
    plurals = [entry for entry in entries if entry.plural is not None and entry.context is None]
    assert plurals
    for entry in entries:
        if entry.plural is None and entry.context is None:
            assert read.gettext(entry.text) == entry.said
    for entry in plurals:
        assert {read.ngettext(entry.text, str(entry.plural), n) for n in (0, 1, 2, 11)} == {entry.said}


def test_no_text_of_the_installed_libraries_is_without_chinese(domain: str) -> None:
    assert [entry.text for entry in lacking(domain, ours(domain))] == []


def test_the_reader_of_libraries_finds_what_they_lack_without_us() -> None:
    """The check above can fail: without our catalogues it reports hundreds."""
    assert len(lacking("django", {})) > 400
    assert len(lacking("djangojs", {})) > 15
    assert all(key in wanted()["django"] for key in KEPT)


def test_a_library_that_is_read_gives_its_python_its_templates_and_its_english_catalogue() -> None:
    texts = wanted()["django"]
    assert texts["Save draft"].text == "Save draft"  # a template of Wagtail
    assert texts["This month"].notes == ("#: django_filters/filters.py",)  # ships no English catalogue
    assert texts["1 page"].plural == "%(counter)s pages"


def test_placeholders_and_tags_are_those_of_the_english_or_of_its_plural(domain: str) -> None:
    for entry in ours(domain).values():
        english = [entry.text] + ([entry.plural] if entry.plural else [])
        for pattern, count in ((PLACEHOLDER, set), (TAG, Counter)):
            assert count(pattern.findall(entry.said)) in [count(pattern.findall(text)) for text in english], entry.text


def test_plurals_match_the_libraries_own(domain: str) -> None:
    theirs = wanted()[domain]
    for key, entry in ours(domain).items():
        assert key not in theirs or entry.plural == theirs[key].plural, key


def test_nothing_we_say_is_fuzzy_empty_or_without_a_chinese_word(domain: str) -> None:
    only_values = {"%(time)s", "%(time)s，%(user_display_name)s", "%(user)s", "%(truncated_text)s…"}
    for entry in ours(domain).values():
        assert not entry.fuzzy
        assert re.search("[\u4e00-\u9fff]", entry.said) or entry.said in only_values, entry.text


def test_no_english_word_is_left_in_the_chinese_an_editor_meets(domain: str) -> None:
    said = {**spoken()[domain], **{key: entry.said for key, entry in ours(domain).items()}}
    left = {
        key: words
        for key in wanted()[domain]
        if not FOR_DEVELOPERS.search(key)
        and (words := [word for word in re.findall(r"[A-Za-z]{2,}", bare(said.get(key, ""))) if word not in FOREIGN])
    }
    assert left == {}


def test_the_libraries_words_give_way_to_the_newsrooms(domain: str) -> None:
    said = {**spoken()[domain], **{key: entry.said for key, entry in ours(domain).items()}}
    assert {
        k: said[k] for k in wanted()[domain] if OLD_WORDS.search(said.get(k, "")) and not FOR_DEVELOPERS.search(k)
    } == {}


def test_a_po_is_read_as_it_is_written() -> None:
    entries = [
        Entry('say "so"\n\tback\\slash', "说“这样”\n"),
        Entry("%(n)s page", "%(n)s 版", plural="%(n)s pages"),
        Entry("May", "五月", context="alt. month", notes=("# why",)),
        Entry("guess", "猜", fuzzy=True, notes=("#, fuzzy",)),
    ]
    text = write_po(entries)
    assert read_po(text) == entries
    assert read_mo(compile_mo(entries)) == {
        'say "so"\n\tback\\slash': "说“这样”\n",
        "%(n)s page": "%(n)s 版",
        "alt. month\x04May": "五月",
    }


def test_files_that_are_no_catalogues_are_refused() -> None:
    with pytest.raises(CatalogueError, match="line 2"):
        read_po('msgid "a"\nmsgstr a', "x.po")
    with pytest.raises(CatalogueError, match=r"x\.mo"):
        read_mo(b"not a catalogue", "x.mo")


OURS = Path(__file__).parents[2] / "hemei" / "rooms" / "templates" / "wagtailadmin"
COPIES = {
    "shared/formatted_field.html": [("{% trans label_text %}", "{{ label_text }}")],
    "shared/header.html": [('value="搜索"', 'value="Search"')],
    "shared/side_panel_toggle.html": [('{{ count|default_if_none:""|intcomma }}', "{{ count|intcomma }}")],
    "shared/headers/_actions.html": [('aria-label="操作"', 'aria-label="Actions"')],
    "tables/boolean_cell.html": [
        (f'title="{chinese}" name', "title=value|stringformat:'s' name") for chinese in ("未定", "是", "否")
    ],
}
"""Wagtail's templates with English that no catalogue reaches: copied whole, only this exchanged."""


@pytest.mark.parametrize("name", sorted(COPIES))
def test_a_copied_template_is_wagtails_but_for_its_chinese(name: str) -> None:
    """When Wagtail changes one of them, copy it again."""
    import wagtail.admin

    text = (OURS / name).read_text("utf-8")
    for chinese, english in COPIES[name]:
        assert chinese in text
        text = text.replace(chinese, english)
    assert text == (Path(wagtail.admin.__file__).parent / "templates" / "wagtailadmin" / name).read_text("utf-8")
