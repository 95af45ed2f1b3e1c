# tests/anomaly: what tok_anomaly_score and tok_anomalies find, and what they leave alone.

ANOMALY_OBJ := $(B)/tests/anomaly/nab.o $(B)/tests/anomaly/injected.o
TEST_OBJ_anomaly := $(ANOMALY_OBJ)

.PHONY: bench-anomaly
bench-anomaly: $(B)/bench/bench_anomaly  ## score the detectors: NAB series, and spikes put into real traffic (../shared/data)
	$(B)/bench/bench_anomaly $(or $(ANOMALY_DATA),../shared/data)

$(B)/bench/bench_anomaly: $(B)/tests/anomaly/bench_anomaly.o $(ANOMALY_OBJ) $(B)/libtokcore.a
	@mkdir -p $(@D)
	$(CC) $(OPT) -g -o $@ $^ $(LDFLAGS) $(LIBS)
