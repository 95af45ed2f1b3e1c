.PHONY: compat
compat: all  ## the same build/tok.so on the oldest and a recent SQLite (from npm)
	@sh tests/compat/compat.sh
