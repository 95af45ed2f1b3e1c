#!/bin/sh
# What limits promise, by random operations (tests/budget/promises.py); PROMISE_SEEDS="100 101"
# chooses others.
set -u
. tests/seeds.sh
each_seed tests/budget/promises.py "${PROMISE_SEEDS:-$(seq 1 30)}"
