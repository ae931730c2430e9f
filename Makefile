# 和媒：make run 启动，make test 检验。其余：install 只安装，check 快检，prove 在全新的 Debian 12 里再做一遍，docs 查文档是否属实。
# Few verbs, each a line or two; what takes longer to say is in .ci/.
.PHONY: run install test check prove docs lock

run: install
	@exec .venv/bin/hemei run

install:
	@.ci/install

test: check
	@.venv/bin/python -m pytest -n 2 --no-loadscope-reorder

check:
	@.ci/install dev
	@.ci/check

prove:
	@.ci/install prove
	@.venv/bin/python -m pytest -m prove
	@tests/house/bookworm.sh

docs:
	@.ci/install dev
	@.venv/bin/python -m pytest tests/house/test_documents.py

# after a change of dependencies in pyproject.toml: needs uv (pipx install uv), leaves no path of the machine in the locks
lock:
	uv pip compile $(LOCK) --extra build -o requirements.txt pyproject.toml
	uv pip compile $(LOCK) --extra build --extra dev -c requirements.txt -o requirements-dev.txt pyproject.toml
LOCK = --quiet --universal --generate-hashes --no-header --no-annotate --python-version 3.11 --overrides .ci/overrides.txt
