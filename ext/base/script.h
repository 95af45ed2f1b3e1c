/*
** SQL that is embedded at build time from sql/ (generator: sql/gen/embed.sh).
*/
#ifndef TOK_SCRIPT_H
#define TOK_SCRIPT_H

#include <stddef.h>
#include <string.h>

/* One file: its path below sql/ ("schema/0001_ledger.sql") and its text. Both static. */
typedef struct {
  const char *name;
  const char *sql;
} tok_script;

/* The text of the file of that name, which must be among the n scripts (else ""). O(n). */
static inline const char *tok_script_text(const tok_script *scripts, size_t n, const char *name) {
  for (size_t i = 0; i < n; i++) {
    if (strcmp(scripts[i].name, name) == 0)
      return scripts[i].sql;
  }
  return "";
}

#endif
