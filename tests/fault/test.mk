TEST_OBJ_fault := $(B)/tests/fault/points.o

.PHONY: fault fault-all
fault: all $(B)/tests/fault/test_oom  ## fail each way to an allocation, and some at random (minutes)
	@mkdir -p $(B)/tmp
	FAULT=1 $(B)/tests/fault/test_oom

fault-all: all $(B)/tests/fault/test_oom  ## the same, every single allocation (a night)
	@mkdir -p $(B)/tmp
	FAULT_ALL=1 $(B)/tests/fault/test_oom
