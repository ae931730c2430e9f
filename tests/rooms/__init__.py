"""The rooms, tested with their real database, keys and press, in a home of their own.

Settings read HEMEI_HOME when they are imported, so a home has to be there before the first model is.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import django

MEMORY = "/dev/shm"
HOME = Path(tempfile.mkdtemp(prefix="hemei-rooms-", dir=MEMORY if os.access(MEMORY, os.W_OK) else None))
"""Where every test of the rooms lives; its contents are replaced before each. In memory where that can be had: what a
sync to a disk is worth is tested elsewhere, and here thousands of them would be waited for."""
atexit.register(shutil.rmtree, HOME, ignore_errors=True)

_outside = os.environ.get("HEMEI_HOME")
os.environ["HEMEI_HOME"] = str(HOME)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hemei.settings")
django.setup()
if _outside is None:  # other tests start programs with the environment as they found it
    del os.environ["HEMEI_HOME"]
else:
    os.environ["HEMEI_HOME"] = _outside
