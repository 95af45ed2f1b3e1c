#!/bin/sh
# Periods of quotas against a calendar written in Python; see periods.py.
exec sh tests/zones/test_zones.sh periods
