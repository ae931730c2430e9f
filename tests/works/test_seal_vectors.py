"""The published test vectors are what the code makes and says today."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from hemei.seal import fields
from hemei.seal.branch import check, check_absent
from hemei.seal.digest import digest, parse
from hemei.seal.sources import Folder
from hemei.seal.tree import EMPTY, Leaf, root
from hemei.seal.verify import Remembered, verify
from tests.works.vectors import make

SITE: dict[str, Any] = json.loads((make.HERE / "site.json").read_text("utf-8"))


@pytest.mark.parametrize("name", make.MADE)
def test_each_file_of_vectors_is_what_its_script_makes(name: str):
    assert (make.HERE / name).read_text("utf-8") == make.text(name)


def test_canonical_vectors_are_read_and_refused():
    vectors = json.loads((make.HERE / "canonical.json").read_text("utf-8"))
    for each in vectors["canonical"]:
        data = base64.b64decode(each["bytes"])
        parse(data)
        assert digest(data) == each["sha256"]
    for each in vectors["refused"]:
        with pytest.raises(ValueError):  # noqa: PT011 - any refusal will do
            parse(base64.b64decode(each))


def test_tree_vectors_hold():
    for tree in json.loads((make.HERE / "tree.json").read_text("utf-8"))["trees"]:
        numbered = [[f"a/{n}/index.html", n, digest(b"%d" % n)] for n in range(tree["count"])]
        leaves = {row[0]: Leaf(*row) for row in tree.get("leaves", numbered)}
        assert root(leaves.values()) == tree["root"]
        assert (tree["root"] == EMPTY) == (tree["name"] == "none")
        for path, proof in tree["proofs"].items():
            data = bytes.fromhex(proof)
            if path in leaves:
                assert check(data, leaves[path], tree["root"])
            else:
                assert check_absent(data, path, tree["root"])


@pytest.mark.parametrize("case", SITE["cases"], ids=lambda case: case["name"])
def test_a_verifier_says_of_each_case_what_the_vectors_say(case: dict[str, Any], tmp_path: Path):
    files = SITE["files"] | case["files"]
    make.lay(tmp_path, {path: base64.b64decode(data) for path, data in files.items() if data is not None})
    remembered = Remembered(**case["remembered"]) if "remembered" in case else None
    now = fields.time(case.get("now", SITE["now"]), "now")
    report = verify(Folder(tmp_path), bytes.fromhex(SITE["root_key"]), now, remembered, proofs=True)
    assert (report.ok, report.current) == (case["ok"], case["current"])
    assert [each.path for each in report.bad] == case["bad"]
