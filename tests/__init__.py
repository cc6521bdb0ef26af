"""Tests run beside each other, one on each core: more threads per test get in their way."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # read when numpy is loaded, so before it
