.PHONY: fault
fault: all $(B)/tests/fault/test_oom  ## fail every single allocation of every workload in turn
	@mkdir -p $(B)/tmp
	FAULT_ALL=1 $(B)/tests/fault/test_oom
