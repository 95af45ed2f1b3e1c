/*
** The guard's voice: a plain trigger can only say which metric refuses an INSERT (RAISE takes no
** expression before SQLite 3.47); with tok loaded the error names the quota.
**
**     INSERT INTO llm_usage(…) VALUES (…);
**       -- tok: quota 'acme day' exceeded: 10541 of 10000 total tokens (period day, action block)
**
** tok_quota_refusal(quota_id, key, start) is for the TEMP trigger of sql/temp/quota_guard.sql,
** which runs before the plain one: NULL where the guard lets the change pass, else that error,
** SQLITE_CONSTRAINT as RAISE gives. Alone it changes nothing.
**
** tok_context_look(id) is for the TEMP triggers of sql/temp/context.sql: raises the events of rules
** with basis 'context' that a row of llm_usage calls for, within the statement that wrote it. NULL.
**
**     INSERT INTO llm_alert(quota_id, basis, value)
**     SELECT id, 'context', 0.9 FROM llm_quota WHERE name = 'acme day';
**       -- one event a key and period when input and output of a call come to 90 % of what its
**       -- model takes
*/
#include "budget_sql.h"

void tok_quota_refusal_func(sqlite3_context *ctx, int n, sqlite3_value **args) {
  tok_call c = tok_call_start(ctx, "tok_quota_refusal");
  sqlite3_stmt *stmt = tok_call_stmt(&c, TOK_BQ_REFUSAL);
  for (int i = 0; i < n && stmt != NULL; i++) sqlite3_bind_value(stmt, i + 1, args[i]);
  if (tok_call_step(&c, stmt)) {
    const char *why = (const char *)sqlite3_column_text(stmt, 0);
    if (why == NULL) {
      tok_call_fail(&c, SQLITE_NOMEM, NULL);
    } else {
      sqlite3_result_error(ctx, why, sqlite3_column_bytes(stmt, 0));
      sqlite3_result_error_code(ctx, SQLITE_CONSTRAINT);
    }
  }
  tok_call_done(&c, TOK_BQ_REFUSAL, stmt);
  tok_call_end(&c);
}

void tok_context_look_func(sqlite3_context *ctx, int n, sqlite3_value **args) {
  tok_call c = tok_call_start(ctx, "tok_context_look");
  if (sqlite3_txn_state(c.b->conn.db, "main") != SQLITE_TXN_WRITE) {
    tok_call_fail(&c, SQLITE_ERROR,
                  "for triggers only; tok_quota_sweep() looks at rows of other clients");
  } else {
    sqlite3_stmt *stmt = tok_call_stmt(&c, TOK_BQ_CONTEXT_ROW);
    for (int i = 0; i < n && stmt != NULL; i++) sqlite3_bind_value(stmt, i + 1, args[i]);
    tok_call_run(&c, TOK_BQ_CONTEXT_ROW, stmt);
  }
  tok_call_end(&c);
}
