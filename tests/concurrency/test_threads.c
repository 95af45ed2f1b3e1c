/*
** Threads, each with its own connection, ask the same questions at the same time and get the same
** answers. tok shares only constant data between connections; `make tsan` proves it with the thread
** sanitizer.
*/
#include <pthread.h>
#include <unistd.h>
#include <sqlite3.h>

#include "../check.h"
#ifdef TOK_STATIC
#include "../../ext/tok.h"
#endif

enum { N_THREADS = 8, N_ROUNDS = 40, ANSWER_MAX = 4096 };

/* Each answer is one text value. What does not exist is an error, in all threads alike. */
/*
** A database that all threads have open: what is compiled of its vocabulary is shared between them.
*/
#define SHARED_DB "build/tmp/threads_vocabulary.db"

static const char *const questions[] = {
    "ATTACH '" SHARED_DB "' AS shared; SELECT tok_encode('shared_v', 'the quick brown fox')",
    "SELECT tok_count('shared_v', replace(hex(zeroblob(50)), '00', 'the quick brown fox ')) || tok_encoding('shared_v')",
    "SELECT count(*) || max(text) FROM tok_tokens('shared_v', 'the quick brown fox')",
    "DETACH shared", /* tok_init() locks what is attached */
    "SELECT tok_version()",
    "SELECT group_concat(tok_count(column1, replace(hex(zeroblob(50)), '00', 'Some text. '))) FROM"
    " (VALUES('gpt-4o'), ('gpt-4'), ('gpt2'), ('p50k_edit'), ('o200k_harmony'))",
    "SELECT tok_encode('gpt-4o', 'Hello w\xc3\xb6rld \xe4\xbd\xa0\xe5\xa5\xbd')",
    "SELECT tok_decode('gpt-4o', tok_encode('gpt-4o', 'round trip'))",
    "SELECT tok_truncate('gpt-4o', replace(hex(zeroblob(50)), '00', 'Some text. '), 20)",
    "SELECT count(*) || max(text) FROM tok_chunks('gpt-4', replace(hex(zeroblob(50)), '00', 'ab cd '), 16)",
    "SELECT count(*) || max(id) FROM tok_tokens('gpt-4o', 'one two three')",
    "SELECT hex(token) FROM tok_vocab WHERE encoding = 'o200k_base' AND id = 1234",
    "SELECT group_concat(name) FROM tok_encodings",
    "SELECT count(*) || max(model) FROM tok_models",
    "SELECT tok_cost_nano('gpt-4o', 1200, 350) || tok_resolve('azure/gpt-4o-2024-08-06')",
    "SELECT count(*) || max(model) FROM tok_pricing",
    "SELECT tok_init() IS NULL; INSERT INTO llm_usage(provider, model, task_type, input_tokens,"
    " output_tokens) VALUES('openai', 'gpt-4o', 'chat', 10, 20)",
    "SELECT count(*) || sum(cost_nano) FROM llm_usage",
    /* Every reader of JSON, and its errors: the place and the reason are each thread's own. */
    "SELECT tok_usage('{\"model\":\"claude-sonnet-4-5\",\"usage\":{\"input_tokens\":3,\"cache_read_input_tokens\":9,"
    "\"output_tokens\":4,\"iterations\":[{\"type\":\"compaction\",\"input_tokens\":7,\"output_tokens\":1}]}}')",
    "SELECT tok_usage('data: {\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2}}')",
    "SELECT tok_usage('{\"usage\":{\"prompt_tokens\":3,]}')",
    "SELECT tok_cost('gpt-4o', '{\"input_tokens\": 1200, \"output_tokens\": 350}')",
    "SELECT tok_cost('gpt-4o', '{\"input_tokens\": \"many\"}')",
    "SELECT tok_cost_explain('gpt-4o', '{\"input_tokens\": 5, \"service_tier\": \"batch\"}', '2026-08-20')",
    "SELECT tok_pricing_import('{\"m\": {\"litellm_provider\": \"acme\", \"input_cost_per_token\": 1e-06}}')",
    "SELECT tok_pricing_import('{\"m\": {\"litellm_provider\": \"acme\", \"input_cost_per_token\": \"x\"}}')",
    "SELECT tok_price('acme/m', 'input') || tok_resolve('acme/m')",
    "SELECT tok_row_cost_nano('m', 'acme', NULL, 10, 20, NULL, NULL, NULL, NULL, 0)",
};
enum { N_QUESTIONS = sizeof questions / sizeof questions[0] };

typedef struct {
  char text[N_QUESTIONS][ANSWER_MAX];
} answers;

static sqlite3 *open_with_tok(void) {
  sqlite3 *db = NULL;
  int rc = sqlite3_open(":memory:", &db);
#ifdef TOK_STATIC
  if (rc == SQLITE_OK) rc = sqlite3_tok_init(db, NULL, NULL);
#else
  if (rc == SQLITE_OK) rc = sqlite3_enable_load_extension(db, 1);
  if (rc == SQLITE_OK) rc = sqlite3_load_extension(db, "build/tok", NULL, NULL);
#endif
  if (rc == SQLITE_OK) return db;
  sqlite3_close(db);
  return NULL;
}

static void ask(sqlite3 *db, const char *sql, char *answer) {
  answer[0] = '\0';
  while (*sql != '\0') {
    sqlite3_stmt *stmt = NULL;
    int rc = sqlite3_prepare_v2(db, sql, -1, &stmt, &sql);
    if (stmt != NULL) rc = sqlite3_step(stmt);
    const char *text = rc == SQLITE_ROW    ? (const char *)sqlite3_column_text(stmt, 0)
                       : rc == SQLITE_DONE ? "done"
                                           : sqlite3_errmsg(db);
    snprintf(answer, ANSWER_MAX, "%s", text == NULL ? "NULL" : text);
    sqlite3_finalize(stmt);
    if (rc != SQLITE_ROW && rc != SQLITE_DONE) return;
  }
}

static answers expected;

static void *thread_main(void *wrong) {
  char answer[ANSWER_MAX];
  for (int round = 0; round < N_ROUNDS; round++) {
    sqlite3 *db = open_with_tok();
    if (db == NULL) ++*(int *)wrong;
    for (int i = 0; i < N_QUESTIONS && db != NULL; i++) {
      ask(db, questions[i], answer);
      if (strcmp(answer, expected.text[i]) != 0) {
        if (++*(int *)wrong == 1) printf("question %d: %s, expected %s\n", i, answer, expected.text[i]);
      }
    }
    if (sqlite3_close(db) != SQLITE_OK) ++*(int *)wrong;
  }
  return NULL;
}

static void all_threads_agree(void) {
  pthread_t threads[N_THREADS];
  int wrong[N_THREADS] = {0};
  char answer[ANSWER_MAX];
  sqlite3 *db = open_with_tok();
  if (!CHECK(db != NULL)) return;
  unlink(SHARED_DB);
  ask(db, "ATTACH '" SHARED_DB "' AS made; CREATE VIRTUAL TABLE made.shared_v USING"
          " tok_vocabulary('tests/tokens/fixtures/small_llama3.json'); DETACH made", answer);
  CHECK_STR(answer, "done");
  for (int i = 0; i < N_QUESTIONS; i++) {
    ask(db, questions[i], expected.text[i]);
    if (strncmp(expected.text[i], "no such ", 8) == 0) CHECK_SKIP(expected.text[i]);
  }
  sqlite3_close(db);
  CHECK(strchr(expected.text[0], ',') != NULL); /* a list of ids */
  for (int i = 0; i < N_THREADS; i++) pthread_create(&threads[i], NULL, thread_main, &wrong[i]);
  for (int i = 0; i < N_THREADS; i++) {
    pthread_join(threads[i], NULL);
    CHECK_INT(wrong[i], 0);
  }
}

CHECK_MAIN({"all threads agree", all_threads_agree})
