.PHONY: compat
compat: all  ## the same build/tok.so on the oldest and a recent SQLite (from npm)
	@sh tests/alone.sh sh tests/compat/compat.sh

.PHONY: test-aarch64
test-aarch64: $(B)/.deps  ## build for AArch64 and run its tests of the tokenizer there, under qemu-user (2 minutes)
	@sh tests/compat/aarch64.sh
