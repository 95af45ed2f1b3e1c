# The price list is compiled into constant tables: no parsing at load.
PRICE_JSON := $(filter-out sql/prices/corrections.json,$(sort $(wildcard sql/prices/*.json)))
GEN_OBJ += $(B)/gen/price_table.o

$(B)/gen/bake_prices: sql/gen/bake_prices.c ext/base/model_name.c ext/base/time.c ext/prices/meter.c \
    ext/prices/tier.c ext/prices/list.h ext/prices/meter.h | $(B)/.deps
	@mkdir -p $(@D)
	$(BUILD_CC) -std=c11 -O1 $(WARN) -o $@ $(filter %.c,$^) -lcjson

$(B)/gen/price_table.c: $(B)/gen/bake_prices $(PRICE_JSON) sql/prices/MANIFEST
	$(B)/gen/bake_prices "$$(sha256sum < sql/prices/MANIFEST | cut -d' ' -f1)" $(PRICE_JSON) > $@

$(B)/gen/price_table.o: ALL_CFLAGS += -Iext

# The room's SQL becomes one generated C file.
PRICES_SQL := $(sort $(wildcard sql/prices/*.sql))
GEN_OBJ += $(B)/gen/prices_scripts.o

$(B)/gen/prices_scripts.c: $(PRICES_SQL) sql/gen/embed.sh sql/gen/nano.sql
	@mkdir -p $(@D)
	sh sql/gen/embed.sh prices sql $(PRICES_SQL) > $@

$(B)/gen/prices_scripts.o: ALL_CFLAGS += -Iext

# Needs node, npm and pip; never needed to build or test. PRICES_PACKAGE, NEWER_FOLDER and
# LITELLM_FOLDER use unpacked packages. NEWER_DATE: the last day of which the newer one speaks.
PRICES_VERSION ?= 0.1.8
PRICES_PACKAGE ?=
NEWER_VERSION ?= 0.2.3
NEWER_DATE ?= 2026-11-09
NEWER_FOLDER ?=
LITELLM_VERSION ?= 1.109.1
LITELLM_FOLDER ?=
.PHONY: prices
prices:  ## rebuild sql/prices/ from its packages and show what changed
	@set -e; dir="$(PRICES_PACKAGE)"; mkdir -p $(B)/npm; \
	if [ -z "$$dir" ]; then dir=$(B)/npm/package; rm -rf $$dir; \
	  (cd $(B)/npm && npm pack --silent @pydantic/genai-prices@$(PRICES_VERSION) >/dev/null && \
	   tar -xzf pydantic-genai-prices-$(PRICES_VERSION).tgz); fi; \
	date=$$(npm view @pydantic/genai-prices time --json | \
	  sed -n 's/^ *"$(PRICES_VERSION)": "\([0-9-]*\)T.*/\1/p'); \
	lite="$(LITELLM_FOLDER)"; \
	if [ -z "$$lite" ]; then lite=$(B)/npm/litellm; rm -rf $$lite; mkdir -p $$lite; \
	  python3 -m pip download --quiet --no-deps --only-binary=:all: -d $$lite litellm==$(LITELLM_VERSION); \
	  (cd $$lite && unzip -q ./*.whl 'litellm/model_prices*' '*.dist-info/licenses/*'); fi; \
	more="$(NEWER_FOLDER)"; \
	if [ -z "$$more" ]; then more=$(B)/npm/newer; rm -rf $$more; mkdir -p $$more; \
	  python3 -m pip download --quiet --no-deps --only-binary=:all: -d $$more genai-prices==$(NEWER_VERSION); \
	  (cd $$more && unzip -q ./*.whl); fi; \
	python3 sql/gen/prices_newer.py "$$more" > $(B)/npm/newer.json; \
	node sql/gen/prices_from_npm.mjs "$$dir" sql/prices "$$date" "$$lite" $(LITELLM_VERSION) \
	  $(B)/npm/newer.json $(NEWER_VERSION) $(NEWER_DATE)
	git --no-pager diff --stat -- sql/prices
	git --no-pager diff -U0 --word-diff=plain --word-diff-regex='"[^"]*"|[0-9.]+' -- sql/prices | head -200
