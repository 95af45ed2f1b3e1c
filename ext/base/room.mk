# The rules of all time zones, from zones/zones.txt (see MANIFEST beside it).
GEN_OBJ += $(B)/gen/zone_table.o

$(B)/gen/zone_table.c: ext/base/zones/zones.txt ext/base/zones/MANIFEST | $(B)/.deps
	@mkdir -p $(@D)
	{ echo '#include "base/zone_table.h"'; \
	  sed -n 's/^# data: .* \([0-9]\{4\}[a-z]*\),.*/const char tok_zone_version[] = "\1";/p' ext/base/zones/MANIFEST; \
	  echo 'const unsigned char tok_zone_rules[] = {'; \
	  od -An -v -tu1 ext/base/zones/zones.txt | sed 's/[0-9][0-9]*/&,/g'; \
	  echo '0};'; echo 'const size_t tok_zone_rules_bytes = sizeof tok_zone_rules - 1;'; } > $@

$(B)/gen/zone_table.o: ALL_CFLAGS += -Iext

# Needs pip; never needed to build or test. ZONES_FOLDER uses an unpacked wheel.
ZONES_VERSION ?= 2026.6
ZONES_FOLDER  ?=
.PHONY: zones
zones:  ## rebuild ext/base/zones/ from PyPI's tzdata and show what changed
	@set -e; dir="$(ZONES_FOLDER)"; source="PyPI tzdata"; \
	if [ -z "$$dir" ]; then dir=$(B)/zones; rm -rf $$dir; mkdir -p $$dir; \
	  python3 -m pip download --quiet --no-deps --only-binary=:all: -d $$dir tzdata==$(ZONES_VERSION); \
	  source="PyPI tzdata $(ZONES_VERSION), wheel sha256 $$(sha256sum $$dir/*.whl | cut -d' ' -f1)"; \
	  (cd $$dir && unzip -q ./*.whl); fi; \
	python3 ext/base/zones/from_tzif.py $$dir/tzdata/zoneinfo $$dir/tzdata/zones \
	  "$$(sed -n 's/^IANA_VERSION = "\(.*\)"/\1/p' $$dir/tzdata/__init__.py)" "$$source" ext/base/zones
	git --no-pager diff --stat -- ext/base/zones
