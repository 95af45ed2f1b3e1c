/*
** What the sqlite3 shell cannot show: limits of the connection, types of results, embedded NULs,
** UTF-16 databases, prepared statements that run again, and scans that stand still while others
** run.
*/
#include <sqlite3.h>
#include <stdbool.h>

#include "../check.h"

static sqlite3 *open_db(void) {
  sqlite3 *db = NULL;
  CHECK_INT(sqlite3_open(":memory:", &db), SQLITE_OK);
  CHECK_INT(sqlite3_enable_load_extension(db, 1), SQLITE_OK);
  CHECK_INT(sqlite3_load_extension(db, "build/tok", NULL, NULL), SQLITE_OK);
  return db;
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql) {
  sqlite3_stmt *stmt = NULL;
  if (!CHECK_INT(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK)) {
    printf("  %s: %s\n", sql, sqlite3_errmsg(db));
  }
  return stmt;
}

/* The first column of the first row; -1 on an error or without a row. */
static int64_t ask(sqlite3 *db, const char *sql) {
  sqlite3_stmt *stmt = prepare(db, sql);
  int64_t got = sqlite3_step(stmt) == SQLITE_ROW ? sqlite3_column_int64(stmt, 0) : -1;
  sqlite3_finalize(stmt);
  return got;
}

static void check_fails(sqlite3 *db, const char *sql, const char *message) {
  sqlite3_stmt *stmt = prepare(db, sql);
  int rc;
  while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) continue;
  CHECK(rc != SQLITE_DONE);
  CHECK_STR(sqlite3_errmsg(db), message);
  sqlite3_finalize(stmt);
}

static void results_respect_the_length_limit(void) {
  sqlite3 *db = open_db();
  sqlite3_stmt *stmt = prepare(db, "SELECT '[' || group_concat(id) || ']' FROM (SELECT id FROM tok_vocab"
                                   " WHERE encoding = 'o200k_base' AND bytes >= 40 LIMIT 30)");
  CHECK_INT(sqlite3_step(stmt), SQLITE_ROW);
  char ids[400], sql[500];
  snprintf(ids, sizeof ids, "%s", (const char *)sqlite3_column_text(stmt, 0));
  sqlite3_finalize(stmt);
  sqlite3_limit(db, SQLITE_LIMIT_LENGTH, 700);
  snprintf(sql, sizeof sql, "SELECT tok_decode('gpt-4o', '%s')", ids);
  check_fails(db, sql, "string or blob too big");
  check_fails(db, "SELECT tok_encode('gpt-4o', replace(hex(zeroblob(60)), '0', 'a b '))",
              "string or blob too big");
  CHECK(ask(db, "SELECT tok_count('gpt-4o', replace(hex(zeroblob(60)), '0', 'a b '))") > 200);
  CHECK_INT(sqlite3_close(db), SQLITE_OK);
}

static void bound_bytes_stay_bytes(void) {
  static const char text[] = "a\0b\0\xff" "c";
  sqlite3 *db = open_db();
  sqlite3_stmt *stmt = prepare(db, "SELECT tok_truncate('gpt-4o', ?1, 100), tok_decode('gpt-4o',"
                                   " tok_encode('gpt-4o', ?1)), group_concat(text, '') FROM"
                                   " tok_chunks('gpt-4o', ?1, 100)");
  sqlite3_bind_text(stmt, 1, text, 6, SQLITE_STATIC);
  CHECK_INT(sqlite3_step(stmt), SQLITE_ROW);
  CHECK_INT(sqlite3_column_type(stmt, 0), SQLITE_TEXT);
  CHECK_BYTES(sqlite3_column_text(stmt, 0), (size_t)sqlite3_column_bytes(stmt, 0), text, 6);
  CHECK_INT(sqlite3_column_type(stmt, 1), SQLITE_BLOB);
  CHECK_BYTES(sqlite3_column_blob(stmt, 1), (size_t)sqlite3_column_bytes(stmt, 1), text, 6);
  CHECK_BYTES(sqlite3_column_text(stmt, 2), (size_t)sqlite3_column_bytes(stmt, 2), text, 6);
  sqlite3_reset(stmt);
  sqlite3_bind_blob(stmt, 1, text, 6, SQLITE_STATIC);
  CHECK_INT(sqlite3_step(stmt), SQLITE_ROW);
  CHECK_INT(sqlite3_column_type(stmt, 0), SQLITE_BLOB);
  CHECK_BYTES(sqlite3_column_blob(stmt, 0), (size_t)sqlite3_column_bytes(stmt, 0), text, 6);
  sqlite3_finalize(stmt);
  CHECK_INT(sqlite3_close(db), SQLITE_OK);
}

static void zeroblobs_are_read(void) {
  sqlite3 *db = open_db();
  CHECK(ask(db, "SELECT tok_count('gpt-4o', zeroblob(1000)) > 0"));
  CHECK_INT(ask(db, "SELECT max(\"end\") FROM tok_tokens('gpt-4o', zeroblob(1000))"), 1000);
  CHECK_INT(ask(db, "SELECT max(\"end\") FROM tok_chunks('gpt-4o', zeroblob(1000), 7)"), 1000);
  CHECK_INT(ask(db, "SELECT count(*) FROM tok_chunks('gpt-4o', zeroblob(0), 7)"), 0);
  CHECK_INT(sqlite3_close(db), SQLITE_OK);
}

static void utf16_databases_count_alike(void) {
  sqlite3 *db = open_db();
  CHECK_INT(sqlite3_exec(db, "PRAGMA encoding = 'UTF-16'; CREATE TABLE t(m, x);"
                             "INSERT INTO t VALUES('gpt-4o', 'na\xc3\xafve \xe6\x9d\xb1\xe4\xba\xac')",
                         NULL, NULL, NULL), SQLITE_OK);
  CHECK_INT(ask(db, "SELECT tok_count(m, x) = tok_count('gpt-4o', CAST(x'6e61c3af766520e69db1e4baac' AS BLOB))"
                    " FROM t"), 1);
  CHECK_INT(ask(db, "SELECT tok_decode(m, tok_encode(m, x)) = x FROM t"), 1);
  CHECK_INT(ask(db, "SELECT group_concat(k.text, '') = x FROM t, tok_tokens(m, x) k"), 1);
  CHECK_INT(ask(db, "SELECT group_concat(c.text, '') = x FROM t, tok_chunks(m, x, 3) c"), 1);
  CHECK_INT(ask(db, "SELECT count(*) FROM tok_vocab WHERE encoding = 'o200k_base' AND token = '\xe6\x9d\xb1'"), 1);
  CHECK_INT(sqlite3_close(db), SQLITE_OK);
}

static void statements_run_again(void) {
  enum { UNKNOWN = 4 };
  static const char *const models[] = {"gpt-4o", "gpt2", "GPT-4O", "gpt-4", "no-such-model", "gpt-4o"};
  sqlite3 *db = open_db();
  sqlite3_stmt *count = prepare(db, "SELECT tok_count(?1, ' indivisible')");
  sqlite3_stmt *scan = prepare(db, "SELECT count(*) FROM tok_tokens(?1, ' indivisible')");
  int64_t first[6];
  for (int round = 0; round < 3; round++) {
    for (size_t i = 0; i < 6; i++) {
      sqlite3_bind_text(count, 1, models[i], -1, SQLITE_STATIC);
      sqlite3_bind_text(scan, 1, models[i], -1, SQLITE_STATIC);
      CHECK_INT(sqlite3_step(count), SQLITE_ROW);
      bool unknown = sqlite3_column_type(count, 0) == SQLITE_NULL;
      CHECK_INT(unknown, i == UNKNOWN);
      int64_t n = sqlite3_column_int64(count, 0);
      if (round == 0) first[i] = n;
      CHECK_INT(n, first[i]);
      CHECK_INT(sqlite3_step(scan), unknown ? SQLITE_ERROR : SQLITE_ROW);
      if (!unknown) CHECK_INT(sqlite3_column_int64(scan, 0), n);
      sqlite3_reset(count);
      sqlite3_reset(scan);
    }
  }
  sqlite3_finalize(count);
  sqlite3_finalize(scan);
  CHECK_INT(sqlite3_close(db), SQLITE_OK);
}

/* A scan keeps its place, and its text, while other scans and functions use the connection. */
static void scans_stand_still(void) {
  sqlite3 *db = open_db();
  char text[] = "one two three four five six seven";
  sqlite3_stmt *a = prepare(db, "SELECT text FROM tok_tokens('gpt-4o', ?1)");
  sqlite3_bind_text(a, 1, text, -1, SQLITE_TRANSIENT);
  size_t at = 0;
  while (sqlite3_step(a) == SQLITE_ROW) {
    size_t n = (size_t)sqlite3_column_bytes(a, 0);
    CHECK_BYTES(sqlite3_column_text(a, 0), n, text + at, n);
    at += n;
    CHECK_INT(ask(db, "SELECT tok_count('gpt-4', 'other words, other counts') > 0"), 1);
    CHECK_INT(ask(db, "SELECT count(*) > 1 FROM tok_tokens('gpt2', 'another scan of unrelated things')"), 1);
    CHECK_INT(ask(db, "SELECT count(*) > 1 FROM tok_chunks('gpt2', 'another scan of unrelated things', 2)"), 1);
  }
  CHECK_INT(at, strlen(text));
  sqlite3_finalize(a);
  CHECK_INT(sqlite3_close(db), SQLITE_OK);
}

/* 1,000 names on 64 places: whatever was remembered, the answer is the name's own. */
static void remembered_models_do_not_mix(void) {
  sqlite3 *db = open_db();
  CHECK_INT(ask(db,
                "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 2999),"
                " m(name, expected) AS (SELECT printf('p%d/%s-%04d', i % 7,"
                "   CASE i % 3 WHEN 0 THEN 'gpt-4o' WHEN 1 THEN 'gpt-4' ELSE 'claude' END, i % 1000),"
                "   CASE i % 3 WHEN 0 THEN 'o200k_base' WHEN 1 THEN 'cl100k_base' END FROM n)"
                " SELECT sum(tok_encoding(name) IS NOT expected OR"
                "   tok_count(name, ' indivisible \xe6\x9d\xb1\xe4\xba\xac') IS NOT"
                "   tok_count(expected, ' indivisible \xe6\x9d\xb1\xe4\xba\xac')) FROM m"),
            0);
  CHECK_INT(ask(db, "SELECT tok_count(printf('%060d', 1) || '/gpt-4o', 'a') IS 1"), 1);
  CHECK_INT(sqlite3_close(db), SQLITE_OK);
}

static void untrusted_schemas_may_use_it(void) {
  sqlite3 *db = open_db();
  CHECK_INT(sqlite3_exec(db, "PRAGMA trusted_schema = OFF;"
                             "CREATE VIEW v AS SELECT tok_count('gpt-4o', 'a b') AS n, (SELECT count(*) FROM"
                             " tok_tokens('gpt-4o', 'a b')) AS k, (SELECT count(*) FROM tok_chunks('gpt-4o',"
                             " 'a b', 1)) AS c, (SELECT id FROM tok_vocab WHERE encoding = 'gpt2' AND"
                             " token = 'a') AS id, (SELECT count(*) FROM tok_encodings) AS e,"
                             " (SELECT count(*) FROM tok_models) AS m",
                         NULL, NULL, NULL), SQLITE_OK);
  CHECK_INT(ask(db, "SELECT n = 2 AND k = 2 AND c = 2 AND id = 64 AND e = 6 AND m > 500 FROM v"), 1);
  CHECK_INT(sqlite3_close(db), SQLITE_OK);
}

CHECK_MAIN({"results_respect_the_length_limit", results_respect_the_length_limit},
           {"bound_bytes_stay_bytes", bound_bytes_stay_bytes}, {"zeroblobs_are_read", zeroblobs_are_read},
           {"utf16_databases_count_alike", utf16_databases_count_alike},
           {"statements_run_again", statements_run_again}, {"scans_stand_still", scans_stand_still},
           {"remembered_models_do_not_mix", remembered_models_do_not_mix},
           {"untrusted_schemas_may_use_it", untrusted_schemas_may_use_it})
