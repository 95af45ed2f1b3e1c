#!/bin/sh
# retry_after_s is exact (tests/budget/retry.py); RETRY_SEEDS="5 6 7" chooses others.
set -u
. tests/seeds.sh
each_seed tests/budget/retry.py "${RETRY_SEEDS:-1 2 3 4}"
