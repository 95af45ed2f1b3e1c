/*
** 28,185 real requests (Azure 2023, code and conversation: time, input tokens, output tokens),
** recorded, priced as gpt-4o and compared with exact integer arithmetic on the files, in total and
** by day and hour. gpt-4o cost $2.50 and $10 a million two years after these requests, so they are
** recorded two years later.
*/
#include "db.h"

#include <unistd.h>

#define TRACES "../shared/data/traces/azure2023_"
enum { IN_NANO = 2500, OUT_NANO = 10000, N_REQUESTS = 28185 };

__extension__ typedef __int128 wide;

typedef struct {
  int64_t rows, input, output;
  wide cost;
} totals;

static void record_trace(sqlite3 *db, const char *name, totals *sum) {
  char line[256], command[256];
  sqlite3_stmt *insert = NULL;
  snprintf(command, sizeof command, "gzip -dc " TRACES "%s.csv.gz", name);
  FILE *csv = popen(command, "r");
  CHECK_INT(sqlite3_prepare_v2(db, "INSERT INTO llm_usage(timestamp, provider, model, task_type, input_tokens,"
                                   " output_tokens) VALUES (?1, 'azure', 'gpt-4o', ?2, ?3, ?4)", -1, &insert, NULL),
            SQLITE_OK);
  sqlite3_bind_text(insert, 2, name, -1, SQLITE_STATIC);
  while (csv != NULL && fgets(line, sizeof line, csv) != NULL) {
    long long input, output;
    char *comma = strchr(line, ',');
    /* the header */
    if (comma == NULL || sscanf(comma, ",%lld,%lld", &input, &output) != 2) continue;
    line[3] = '5'; /* 2023 to 2025 */
    sqlite3_bind_text(insert, 1, line, (int)(comma - line), SQLITE_TRANSIENT);
    sqlite3_bind_int64(insert, 3, input);
    sqlite3_bind_int64(insert, 4, output);
    CHECK_INT(sqlite3_step(insert), SQLITE_DONE);
    sqlite3_reset(insert);
    sum->rows++, sum->input += input, sum->output += output;
    sum->cost += (wide)input * IN_NANO + (wide)output * OUT_NANO;
  }
  if (csv != NULL) pclose(csv);
  sqlite3_finalize(insert);
}

static void real_requests_cost_what_they_cost(void) {
  if (access(TRACES "code.csv.gz", R_OK) != 0) {
    CHECK_SKIP("../shared/data is not here");
    return;
  }
  totals sum = {0};
  sqlite3 *db = db_fresh();
  CHECK_ROWS(db, "SELECT tok_init() > 1", "1");
  CHECK_RUN(db, "BEGIN");
  record_trace(db, "code", &sum);
  record_trace(db, "conv", &sum);
  CHECK_RUN(db, "COMMIT");
  CHECK_INT(sum.rows, N_REQUESTS);
  char expected[256];
  snprintf(expected, sizeof expected, "%lld|%lld|%lld|%lld|%lld|0", (long long)sum.rows, (long long)sum.input,
           (long long)sum.output, (long long)(sum.input + sum.output), (long long)sum.cost);
  printf("%s\n", expected);
  CHECK_ROWS(db, "SELECT requests, input_tokens, output_tokens, total_tokens, cost_nano, unpriced FROM llm_stats",
             expected);
  CHECK_ROWS(db, "SELECT sum(requests), sum(input_tokens), sum(output_tokens), sum(total_tokens), sum(cost_nano),"
                 " sum(unpriced) FROM llm_by_hour", expected);
  CHECK_ROWS(db, "SELECT sum(requests), sum(input_tokens), sum(output_tokens), sum(total_tokens), sum(cost_nano),"
                 " count(DISTINCT day) - 1 FROM llm_by_day", expected);
  CHECK_ROWS(db, "SELECT tok_reprice(0)", "0");
  CHECK_ROWS(db, "SELECT count(*) FROM llm_usage WHERE cost_nano IS NOT 2500 * input_tokens + 10000 * output_tokens"
                 " OR cost_usd IS NOT cost_nano / 1e9", "0");
  db_close(db);
}

CHECK_MAIN({"real_requests_cost_what_they_cost", real_requests_cost_what_they_cost})
