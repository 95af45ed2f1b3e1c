#!/bin/sh
# Random histories against a model in Python (tests/budget/history.py); HISTORY_SEEDS="5 6 7" and
# HISTORY_OPERATIONS choose others.
set -u
. tests/seeds.sh
each_seed tests/budget/history.py "${HISTORY_SEEDS:-1 2 3 4}" "${HISTORY_OPERATIONS:-1500}"
