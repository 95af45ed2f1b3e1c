# forecast: the same numbers on every machine, so no multiply-add may be fused into one rounding.
$(foreach f,$(wildcard ext/forecast/*.c),$(eval EXTRA_$(basename $(notdir $(f))) += -ffp-contract=off))

FORECAST_SQL := $(sort $(wildcard sql/forecast/*.sql))
GEN_OBJ += $(B)/gen/forecast_scripts.o

$(B)/gen/forecast_scripts.c: $(FORECAST_SQL) sql/gen/embed.sh $(wildcard sql/gen/*.sql)
	@mkdir -p $(@D)
	SCHEMA=main sh sql/gen/embed.sh forecast sql $(FORECAST_SQL) > $@

$(B)/gen/forecast_scripts.o: ALL_CFLAGS += -Iext
