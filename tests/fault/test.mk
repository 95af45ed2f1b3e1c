TEST_OBJ_fault := $(B)/tests/fault/points.o

.PHONY: fault fault-all
fault: all $(B)/tests/fault/test_oom  ## fail each way to an allocation, and some at random (minutes)
	FAULT=1 sh tests/alone.sh $(B)/tests/fault/test_oom

fault-all: all $(B)/tests/fault/test_oom  ## the same, every single allocation (a night)
	FAULT_ALL=1 sh tests/alone.sh $(B)/tests/fault/test_oom
