"""Directives: of two reports of our own every sentence that asks for something is found, with who asks whom by when."""

from __future__ import annotations

import json
import re
import time
from datetime import date
from pathlib import Path

import pytest

from hemei.cli import main
from hemei.prose.directives import MOST, Directive, deadline, directives

DAY = date(2026, 11, 25)
FOLDER = Path(__file__).parent / "meeting_reports"
REPORTS = sorted(FOLDER.glob("*.txt"))
"""In them + stands before each sentence that asks for something, as a person marked it."""


def marked(path: Path) -> tuple[str, list[str]]:
    text = path.read_text(encoding="utf-8")
    return text.replace("+", ""), [each.rstrip("。") for each in re.findall(r"\+([^。\n]+。)", text)]


def found(name: str) -> dict[str, Directive]:
    return {each.text: each for each in directives(marked(FOLDER / f"{name}.txt")[0], DAY)}


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.stem)
def test_what_a_person_marked_is_found_and_nothing_else(path: Path) -> None:
    text, wanted = marked(path)
    got = [each.text for each in directives(text, DAY)]
    assert len(got) == len(wanted) >= 7
    assert all(want.endswith(said) for want, said in zip(wanted, got, strict=True))


def test_section_speaker_owner_and_deadline_are_told() -> None:
    water, school = found("water"), found("school")
    one = water["县水利局要在12月10日前完成全县86座小水库的安全排查，逐座登记造册"]
    assert (one.section, one.speaker, one.owner, one.deadline) == ("冬修水利", "李明远", "县水利局", "2026-12-10")
    two = water["县林业局要会同各乡镇，本周内把巡山的人手排好"]
    assert (two.section, two.speaker, two.owner, two.deadline) == ("二、护林防火", "周文清", "县林业局", "2026-11-29")
    three = water["由县财政局牵头，年底前把三百万元维修资金拨付到位"]
    assert (three.owner, three.deadline) == ("县财政局", "2026-12-31")
    four = school["各乡镇要抓紧统计五保户取暖情况，于12月5日前报送县民政局"]
    assert (four.section, four.speaker, four.owner, four.deadline) == ("冬季供水", "会议", "各乡镇", "2026-12-05")
    assert water["县水利局要在三天内制定抢修方案"].section == ""  # the next speaker does not inherit it


def test_what_can_be_checked_scores_above_what_every_report_says() -> None:
    school = found("school")
    assert school["要进一步提高政治站位，增强责任感"].score < 0.2
    assert school["各乡镇要抓紧统计五保户取暖情况，于12月5日前报送县民政局"].score > 0.8
    assert all(0 <= each.score <= 1 for each in (*school.values(), *found("water").values()))


@pytest.mark.parametrize(
    ("words", "by"),
    [
        ("2027年2月28日前完成", "2027-02-28"), ("12月10日前完成", "2026-12-10"), ("1月15日前通水", "2027-01-15"), ("12月底前", "2026-12-31"),
        ("年底前", "2026-12-31"), ("本月底", "2026-11-30"), ("三天内", "2026-11-28"), ("10个工作日内", "2026-12-09"), ("两周内", "2026-12-09"),
        ("本周内", "2026-11-29"), ("明年底", "2027-12-31"), ("春节前", "春节前"), ("立即整改", "立即"), ("2027年6月底前", "2027-06-30"),
        ("12月中旬前", "2026-12-20"), ("12月前完工", "2026-11-30"), ("2月31日前完成", "2月31日"), ("没有期限", ""),
    ],
)  # fmt: skip
def test_deadlines_are_reckoned_from_the_storys_date(words: str, by: str) -> None:
    assert deadline(words, DAY) == by


def test_without_a_date_the_words_stay_words() -> None:
    assert [deadline(words, None) for words in ("12月10日前完成", "年底前", "三天内", "12月底前")] == [
        "12月10日", "年底前", "三天内", "12月底",
    ]  # fmt: skip


def test_a_story_that_tells_nobody_to_do_anything_yields_nothing() -> None:
    text = "石岭村的新渠昨天放水。\n老支书说，等了三十年。\n“水来了！”孩子们跑在前头。主要原因是渠短。她不要钱，重要的是人。"
    assert directives(text, DAY) == []


@pytest.mark.parametrize(
    "piece", ["要", "会议要求，", "一是要", "县水利局要", "要抓好。", "县长周文清强调", "、镇", "1月底"]
)
def test_a_hundred_thousand_characters_take_no_time_and_yield_no_more_than_a_screen(piece: str) -> None:
    began = time.process_time()
    assert len(directives(piece * (100_000 // len(piece)), DAY)) <= MOST
    assert time.process_time() - began < 3


def test_the_command_tells_them_in_json_and_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "会议.txt"
    file.write_text(marked(FOLDER / "water.txt")[0], encoding="utf-8")
    assert main(["directives", str(file), "--date", "2026-11-25", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert set(told[0]) == {"text", "section", "speaker", "owner", "deadline", "score"}
    assert "2026-12-10" in {each["deadline"] for each in told}
    assert main(["directives", str(file)]) == 0
    assert "谁办：县水利局" in capsys.readouterr().out
    assert main(["directives", str(tmp_path / "没有.txt")]) == 2
    assert "没有" in capsys.readouterr().err


def test_proof_asks_the_house_rules_only_when_told_to(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "稿.txt"
    file.write_text("石岭村的渠通水了\n本报讯（记者 罗青禾）11月25日，石岭村的新渠放水。\n", encoding="utf-8")
    assert main(["proof", str(file), "--date", "2026-11-25"]) == 0
    capsys.readouterr()
    assert main(["proof", str(file), "--house", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert {"B04", "B09"} <= {each["rule"] for each in told}
    assert set(told[0]) == {"rule", "level", "start", "end", "text", "suggestion", "why"}
