# tok: `make help` lists the targets.
#
# Rooms add their own generated files and rules in ext/<room>/room.mk, kinds of assurance in
# tests/<kind>/test.mk; this file knows only how to compile and link what it finds. What they may
# append to:
#   GEN_OBJ, GEN_HDR      generated objects that are linked, generated headers that must exist first
#   TEST_TARGETS          files that tests need built
#   TEST_OBJ_<kind>       helper objects (build/tests/<kind>/x.o) linked into each test of that kind

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules
ifeq ($(V),)
MAKEFLAGS += --silent
endif

PREFIX  ?= /usr/local
DESTDIR ?=
CC      ?= cc
AR      ?= ar
B       := build
VERSION := $(shell sed -n 's/^.define TOK_VERSION "\(.*\)"/\1/p' ext/tok.h)
ARCH    := $(shell uname -m)

OPT     ?= -O2
# what an initializer leaves out is 0, and meant to be
WARN    := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror -Wno-missing-field-initializers
CFLAGS  ?=
ALL_CFLAGS = -std=c11 $(OPT) -g -fPIC -fvisibility=hidden $(WARN) -MMD -MP -I$(B)/gen $(CFLAGS)

# The core is plain C; the glue (*_sql.c and tok.c) is all that includes SQLite's headers.
CLI_SRC  := $(wildcard ext/cli/*.c)
GLUE_SRC := ext/tok.c $(wildcard ext/*/*_sql.c)
CORE_SRC := $(filter-out $(GLUE_SRC) $(CLI_SRC) ext/base/mem_libc.c,$(wildcard ext/*/*.c))
CORE_OBJ  = $(CORE_SRC:%.c=$(B)/%.o)
GLUE_OBJ  = $(GLUE_SRC:%.c=$(B)/%.o)
STATIC_OBJ = $(GLUE_SRC:%.c=$(B)/static/%.o)
GEN_OBJ  :=
GEN_HDR  :=
TEST_TARGETS :=
LIBS     := -lutf8proc -lm

.PHONY: all
all: $(B)/tok.so $(B)/libtok.a  ## build the loadable extension and the static library

include $(sort $(wildcard ext/*/room.mk)) $(sort $(wildcard tests/*/test.mk))

# nodelete: where loading fails half-way (out of memory), SQLite closes the library while the
# functions that are already registered still point into it.
$(B)/tok.so: $(CORE_OBJ) $(GLUE_OBJ) $(GEN_OBJ)
	@echo "  LINK  $@"
	$(CC) -shared -Wl,--no-undefined -Wl,-z,relro -Wl,-z,nodelete -o $@ $^ $(LDFLAGS) $(LIBS)

$(B)/libtok.a: $(CORE_OBJ) $(STATIC_OBJ) $(GEN_OBJ)
	@echo "  AR    $@"
	@rm -f $@
	$(AR) rcs $@ $^

# The core and libc's allocator: what unit tests and fuzzers link.
$(B)/libtokcore.a: $(CORE_OBJ) $(GEN_OBJ) $(B)/ext/base/mem_libc.o
	@echo "  AR    $@"
	@rm -f $@
	$(AR) rcs $@ $^

$(B)/static/%.o: %.c $(GEN_HDR) | $(B)/.deps
	@echo "  CC    $<"
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -DSQLITE_CORE -c -o $@ $<

$(B)/%.o: %.c $(GEN_HDR) | $(B)/.deps
	@echo "  CC    $<"
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(EXTRA_$(notdir $*)) -c -o $@ $<

$(B)/%.o: $(B)/%.c
	@echo "  CC    $<"
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

-include $(CORE_OBJ:.o=.d) $(GLUE_OBJ:.o=.d) $(STATIC_OBJ:.o=.d)

# ---- installation --------------------------------------------------------------------------------
LIBDIR     = $(DESTDIR)$(PREFIX)/lib
INCLUDEDIR = $(DESTDIR)$(PREFIX)/include
BINDIR     = $(DESTDIR)$(PREFIX)/bin
MANDIR     = $(DESTDIR)$(PREFIX)/share/man/man1

.PHONY: install uninstall
install: all  ## install tok.so, libtok.a, tok.h, tok.pc and tok-usage; honours DESTDIR and PREFIX
	install -d "$(LIBDIR)/pkgconfig" "$(INCLUDEDIR)"
	install -d "$(BINDIR)" "$(MANDIR)"
	install -m 755 $(B)/tok-usage "$(BINDIR)/tok-usage"
	install -m 644 ext/cli/tok-usage.1 "$(MANDIR)/tok-usage.1"
	install -m 755 $(B)/tok.so "$(LIBDIR)/tok.so"
	install -m 644 $(B)/libtok.a "$(LIBDIR)/libtok.a"
	install -m 644 ext/tok.h "$(INCLUDEDIR)/tok.h"
	sed 's|@PREFIX@|$(PREFIX)|; s|@VERSION@|$(VERSION)|' ext/tok.pc.in > "$(LIBDIR)/pkgconfig/tok.pc"
	chmod 644 "$(LIBDIR)/pkgconfig/tok.pc"
	@echo "installed lib/tok.so, lib/libtok.a, lib/pkgconfig/tok.pc, include/tok.h, bin/tok-usage and its manual in $(DESTDIR)$(PREFIX)"

uninstall:  ## remove exactly what install put there
	rm -f "$(BINDIR)/tok-usage" "$(MANDIR)/tok-usage.1" "$(LIBDIR)/tok.so" "$(LIBDIR)/libtok.a" "$(INCLUDEDIR)/tok.h" "$(LIBDIR)/pkgconfig/tok.pc"

# ---- packages ------------------------------------------------------------------------------------
PACKAGES := gcc libc6-dev libsqlite3-dev libutf8proc-dev libcjson-dev libcunit1-dev sqlite3 tzdata python3
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo "sudo ")

$(B)/.deps:
	@mkdir -p $(B)
	@if ! sh .ci/have-packages; then \
	  cmd="$(SUDO)apt-get update && $(SUDO)env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $(PACKAGES)"; \
	  if [ -n "$(NO_INSTALL)" ]; then echo "missing packages; run: $$cmd"; exit 1; fi; \
	  echo "installing missing packages: $$cmd"; eval "$$cmd"; fi
	@touch $@

# ---- tests: see tests/run.sh ---------------------------------------------------------------------
TEST_C   := $(wildcard tests/*/test_*.c)
TEST_BIN := $(TEST_C:%.c=$(B)/%)
TEST_SH  := $(wildcard tests/*/test_*.sh)
TEST_SQL := $(wildcard tests/sql/*.sql)
TEST_KINDS := $(sort $(foreach t,$(TEST_C) $(TEST_SH) $(TEST_SQL),$(word 2,$(subst /, ,$(t)))))
TEST_LIBS := -pthread -lcunit -lsqlite3 -lcjson $(LIBS)

# $(1): tests/<kind>/test_x, $(2): <kind>
define test_program
$(B)/$(1): $(B)/$(1).o $(TEST_OBJ_$(2)) $(B)/libtokcore.a
	$$(CC) $$(OPT) -g -o $$@ $$^ $$(LDFLAGS) $$(TEST_LIBS)
endef
$(foreach t,$(TEST_C:%.c=%),$(eval $(call test_program,$(t),$(word 2,$(subst /, ,$(t))))))

# Programs of tests may use POSIX; the shipped code is plain C11.
$(B)/tests/%.o: ALL_CFLAGS += -D_GNU_SOURCE

-include $(wildcard $(B)/tests/*/*.d)

.PHONY: test lint accept-sql $(TEST_KINDS:%=test-%)
test: all $(TEST_TARGETS) $(TEST_BIN)  ## run every test; the last line is "N passed, N failed"
	@sh tests/run.sh lint $(TEST_BIN) $(TEST_SQL) $(TEST_SH)

# `make test-tokens`, `make test-sql`, …: the tests of one folder.
define test_kind
test-$(1): all $$(TEST_TARGETS) $(filter $(B)/tests/$(1)/%,$(TEST_BIN))
	@sh tests/run.sh $(filter $(B)/tests/$(1)/%,$(TEST_BIN)) $(filter tests/$(1)/%,$(TEST_SQL) $(TEST_SH))
endef
$(foreach k,$(TEST_KINDS),$(eval $(call test_kind,$(k))))

# The C tests of the core under the address and undefined-behaviour sanitizers, in a build of their
# own.
ASAN_KINDS := base tokens prices usage ledger forecast anomaly fuzz
.PHONY: asan asan-run
asan: all  ## the tests of the core under the address and undefined-behaviour sanitizers
	@$(MAKE) --no-print-directory B=build-asan LDFLAGS=-fsanitize=address,undefined \
	  OPT="-O1 -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer" asan-run

asan-run: $(foreach k,$(ASAN_KINDS),$(filter $(B)/tests/$(k)/%,$(TEST_BIN)))
	@sh tests/run.sh $^

accept-sql: all  ## make accept-sql NAME=x: take what tests/sql/x.sql prints now as right
	@sh tests/run.sh --accept $(NAME)

lint: $(GEN_HDR) | $(B)/.deps  ## rules of the house that a compiler does not check
	@CORE="$(CORE_SRC) ext/base/mem_libc.c" sh .ci/lint $(CC) $(filter-out -MMD -MP,$(ALL_CFLAGS))

.PHONY: help clean
help:  ## list the targets
	@echo "tok $(VERSION). Variables: PREFIX, DESTDIR, CC, OPT, CFLAGS, V=1 (show commands), NO_INSTALL=1 (install no packages)"
	@sed -n 's/^\([a-zA-Z0-9_:.\\-]*\):.*  ## \(.*\)/  \1\t\2/p' $(MAKEFILE_LIST) | sed 's/\\//g' | expand -t 24
	@echo "  test-<kind>           the tests of one folder: $(TEST_KINDS)"

clean:  ## remove everything built
	rm -rf $(B) build-asan
