# forecast: the same numbers on every machine, so no multiply-add may be fused into one rounding.
$(foreach f,$(wildcard ext/forecast/*.c),$(eval EXTRA_$(basename $(notdir $(f))) += -ffp-contract=off))
