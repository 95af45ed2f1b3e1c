#!/bin/sh
# Random mixtures of statements (tests/ledger/mixture.py); MIXTURE_SEEDS="7 8" and
# MIXTURE_STATEMENTS choose others.
set -u
. tests/seeds.sh
each_seed tests/ledger/mixture.py "${MIXTURE_SEEDS:-1 2 3 4}" "${MIXTURE_STATEMENTS:-300}"
