# Everything again, instrumented by the thread sanitizer.

TSAN_FLAGS = -std=c11 -D_GNU_SOURCE -O1 -g -fsanitize=thread -I$(B)/gen -MMD -MP
TSAN_OBJ   = $(CORE_SRC:%.c=$(B)/tsan/%.o) $(GLUE_SRC:%.c=$(B)/tsan/%.o)

$(B)/tsan/%.o: %.c $(GEN_HDR)
	@mkdir -p $(@D)
	$(FUZZ_CC) $(TSAN_FLAGS) $(EXTRA_$(notdir $*)) -DSQLITE_CORE -DTOK_STATIC -c -o $@ $<

$(B)/tsan/test_threads: $(B)/tsan/tests/concurrency/test_threads.o $(TSAN_OBJ) $(GEN_OBJ)
	$(FUZZ_CC) -fsanitize=thread -o $@ $^ -lcunit -lsqlite3 $(LIBS)

-include $(TSAN_OBJ:.o=.d)

.PHONY: tsan
tsan: $(B)/tsan/test_threads  ## threads with their own connections under the thread sanitizer (clang)
	TSAN_OPTIONS=halt_on_error=1 sh tests/alone.sh $(B)/tsan/test_threads
