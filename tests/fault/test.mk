TEST_OBJ_fault := $(B)/tests/fault/points.o

.PHONY: fault fault-all
fault: all $(B)/tests/fault/test_oom  ## fail every way to an allocation of every workload, and some at random (10 minutes)
	@mkdir -p $(B)/tmp
	FAULT=1 $(B)/tests/fault/test_oom

fault-all: all $(B)/tests/fault/test_oom  ## ... every single allocation (a night)
	@mkdir -p $(B)/tmp
	FAULT_ALL=1 $(B)/tests/fault/test_oom
