# cli: tok-usage, with tok linked in.

CLI_SQL := $(sort $(wildcard sql/reports/*.sql))

all: $(B)/tok-usage

$(B)/gen/cli_scripts.c: $(CLI_SQL) sql/gen/embed.sh ext/cli/room.mk
	@mkdir -p $(@D)
	sh sql/gen/embed.sh cli sql $(CLI_SQL) > $@

$(B)/gen/cli_scripts.o $(CLI_SRC:%.c=$(B)/%.o): ALL_CFLAGS += -Iext -D_GNU_SOURCE

$(B)/tok-usage: $(CLI_SRC:%.c=$(B)/%.o) $(B)/gen/cli_scripts.o $(B)/libtok.a
	@echo "  LINK  $@"
	$(CC) $(OPT) -g -o $@ $^ $(LDFLAGS) -lsqlite3 $(LIBS)

-include $(CLI_SRC:%.c=$(B)/%.d)
