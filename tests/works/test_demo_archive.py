"""The archive is varied, printable, and the same on every machine."""

from collections import Counter

from demo.archive import archive
from demo.stories import content, site_value
from hemei.press.pieces import Paragraph, Quote, read_story
from hemei.seal.digest import canonical, digest


def test_ten_thousand_stories_have_ten_thousand_headlines_in_eight_sections() -> None:
    drafts = list(archive(10_000))
    assert len({draft["headline"] for draft in drafts}) == 10_000
    assert max(len(draft["headline"]) for draft in drafts) <= 23
    counted = Counter(draft["section"] for draft in drafts)
    assert set(counted) == {section["id"] for section in site_value("http://x")["sections"]}
    assert min(counted.values()) >= 300
    dates = [draft["date"] for draft in drafts]
    assert dates == sorted(dates)
    assert dates[0] == "2016-03-01"
    assert len({date[:4] for date in dates}) == 11
    assert dates[-1] < "2026-09-02"


def test_the_same_count_and_seed_give_the_same_bytes_and_another_seed_others() -> None:
    one, again = [digest(canonical(list(archive(300, 7)))) for _ in range(2)]
    assert one == again
    assert digest(canonical(list(archive(300, 8)))) != one


def test_every_archived_story_is_read_by_the_press_and_has_a_body() -> None:
    bodies = set()
    short = 0
    for number, draft in enumerate(archive(400), 1):
        piece = read_story(canonical(content(draft, site="00" * 8, number=number, hands=["li"], pictures={})))
        assert 1 <= len(piece.tags) <= 4
        assert piece.lead is None
        said = [run.text for block in piece.body if isinstance(block, Paragraph) for run in block.runs]
        said += [block.text for block in piece.body if isinstance(block, Quote)]
        assert not any("{" in text or "}" in text for text in said)
        bodies.add("".join(said))
        short += len("".join(said)) < 450
    assert len(bodies) == 400
    assert short < 60
