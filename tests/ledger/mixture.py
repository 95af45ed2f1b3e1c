"""Random mixtures of statements on llm_usage by two connections, one of them without tok; views and reports against GROUP BY.

    python3 tests/ledger/mixture.py build/tok <seed> <statements>

INSERT and UPDATE with every conflict clause, UPSERT, INSERT ... SELECT, UPDATE ... FROM, RETURNING, ids of every kind, savepoints,
recursive triggers, an application's own triggers, columns, indexes and foreign keys, quotas and holds, bulk loads, odd page sizes
and encodings. Compared after every few transactions: tok_audit(), every view with a GROUP BY over llm_usage, tok_report with sums
in Python. No RAISE(FAIL) and no failing trigger of the application: sql/triggers/llm_usage_moves.sql says what those do.
"""
import datetime
import json
import math
import os
import random
import sqlite3
import sys

R = random.Random(int(sys.argv[2]))
TOK, STATEMENTS = sys.argv[1], int(sys.argv[3])
PATH = 'build/tmp/mixture.db'
T0 = 1767225600  # 2026-01-01
VALUES = {'provider': ['openai', 'anthropic', 'OpenAI', None, '', "o'brien", '\u03a9'], 'model': ['gpt-4o', 'gpt-4o-mini',
          'claude-sonnet-4', 'no such', 'GPT-4o', None, ''], 'task_type': ['chat', 'sum', 'Chat', '', None],
          'tenant_id': ['acme', 'bob', 'Acme', '', None, "x'y"], 'user_id': ['ann', None]}
INSERTS = ['INSERT', 'INSERT', 'INSERT OR IGNORE', 'REPLACE', 'INSERT OR FAIL', 'INSERT OR ABORT', 'INSERT OR ROLLBACK']
UPDATES = ['UPDATE', 'UPDATE', 'UPDATE OR REPLACE', 'UPDATE OR IGNORE', 'UPDATE OR FAIL', 'UPDATE OR ROLLBACK']
VIEWS = {'llm_by_model': 'model', 'llm_by_provider': 'provider', 'llm_by_task': 'task_type', 'llm_by_tenant': 'tenant_id',
         'llm_by_session': 'session_id', 'llm_by_day': "strftime('%Y-%m-%d', unix_time, 'unixepoch') AS day",
         'llm_by_hour': "strftime('%Y-%m-%dT%H:00:00Z', unix_time, 'unixepoch') AS hour", 'llm_stats': "'all' AS k"}
SHOWN = ['requests', 'input_tokens', 'output_tokens', 'total_tokens', 'cost_nano', 'unpriced', 'avg_ms', 'cache_hit_ratio',
         'tokens_per_usd', 'first_at', 'last_at']
SUMS = """count(*), sum(input_tokens), sum(output_tokens), sum(total_tokens), sum(cost_nano), count(*) - count(cost_nano),
  avg(response_time_ms), sum(cache_read_tokens) * 1.0 / nullif(sum(input_tokens), 0),
  coalesce(sum(iif(cost_nano IS NULL, NULL, total_tokens)), 0) * 1e9 / nullif(sum(cost_nano), 0),
  strftime('%Y-%m-%dT%H:%M:%SZ', min(unix_time), 'unixepoch'), strftime('%Y-%m-%dT%H:%M:%SZ', max(unix_time), 'unixepoch')"""
ids, history = [], []


class Db:
    def __init__(self, tok):
        self.tok = tok
        self.c = sqlite3.connect(PATH, isolation_level=None)
        if tok:
            self.c.enable_load_extension(True)
            self.c.load_extension(TOK)

    def all(self, sql, args=()):
        return self.c.execute(sql, args).fetchall()

    def run(self, sql, args=()):
        history.append((self.tok, sql, args))
        try:
            return self.all(sql, args)
        except sqlite3.Error as e:
            history.append(str(e))
            if not ('constraint failed' in str(e) or str(e).startswith('tok') or 'within a transaction' in str(e)):
                raise
            return None


def time():
    t = T0 + R.randrange(86400 * 75)
    if R.random() < .1:
        t = R.choice([-1, 0, -86401, 253402300799, -62135596800, 951782400])
    elif R.random() < .4:
        t = t // 3600 * 3600 + R.choice([0, -1, 3599])
    iso = (datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=t)).strftime('%Y-%m-%dT%H:%M:%S').rjust(19, '0')
    return R.choice([iso + 'Z', iso + 'Z', iso.replace('T', ' '), iso + '.%03dZ' % R.randrange(1000), iso + '+05:30', iso + '-08:00',
                     iso[:10], iso[:16], str(t) if t >= 0 else iso, t if t >= 0 else iso, '2461100.5', iso[:10] + ' 24:00:00'])


def tokens():
    return R.choice([None, 0, R.randrange(10), R.randrange(100000), R.randrange(100000), R.randrange(1000), 10**12])


def new_id():
    k = R.random()
    if k < .6 or not ids:
        return None
    if k < .9:
        return R.choice(ids)
    return R.choice([R.choice(ids) + R.randrange(40), max(ids) + R.randrange(30), -5, -1, 0, -4096, 4096, 8192])


def row():
    v = {k: R.choice(list_) for k, list_ in VALUES.items() if k != 'user_id' or R.random() < .2}
    v['input_tokens'], v['output_tokens'] = tokens(), tokens()
    v['timestamp'] = time()
    i = v['input_tokens'] or 0
    for share, name, values in [(.5, 'response_id', [None, '', 'r%d' % R.randrange(40)]), (.2, 'total_tokens', [tokens()]),
                                (.5, 'response_time_ms', [None, 0, R.randrange(10**5), 10**12]),
                                (.3, 'cache_read_tokens', [None, R.randrange(i + 1)]), (.2, 'cost_nano', [None, 0, -5, 12345]),
                                (.2, 'cost_usd', [None, 0.1, -.5, 1e-10, R.random()]), (.1, 'tags', [None, '["prod"]', '{"env":"prod"}']),
                                (.1, 'session_id', ['s', '']), (.1, 'meters', ['{"web_searches":3}', None]),
                                (.05, 'request_id', ['q%d' % R.randrange(20)]), (.1, 'service_tier', ['batch', 'odd', None])]:
        if R.random() < share:
            v[name] = R.choice(values)
    n = new_id()
    if n is not None:
        v[R.choice(['id', 'id', 'rowid', 'oid', '_rowid_'])] = n
    return v


def insert(v, verb):
    names = R.sample(list(v), len(v))
    return '%s INTO llm_usage(%s) VALUES (%s)' % (verb, ', '.join(names), ', '.join('?' * len(names))), [v[k] for k in names]


def where():
    some = R.choice(ids) if ids else 1
    return R.choice(['id = %d' % some, 'id BETWEEN %d AND %d' % (some, some + R.randrange(12)), "tenant_id = 'acme' AND id %% 7 = %d" %
                     R.randrange(7), 'cost_nano IS NULL AND id %% 5 = %d' % R.randrange(5), 'id = (SELECT max(id) FROM llm_usage)',
                     "response_id = 'r%d'" % R.randrange(40), 'id IN (SELECT id FROM llm_usage ORDER BY timestamp LIMIT 3)'])


def update():
    v = row()
    sets, args = [], []
    for k in R.sample(list(v), 3):
        if k.endswith('id') and k in ('id', 'rowid', 'oid', '_rowid_') and R.random() < .5:
            sets.append('%s = %s + %d' % (k, k, R.choice([1, -1, 5, 1000])))
        else:
            sets.append(k + ' = ?')
            args.append(v[k])
    return '%s llm_usage SET %s WHERE %s' % (R.choice(UPDATES), ', '.join(sets), where()), args


def upsert():
    sql, args = insert(row(), 'INSERT')
    return sql + R.choice([' ON CONFLICT(id) DO UPDATE SET ', ' ON CONFLICT(provider, response_id) DO UPDATE SET ',
                           ' ON CONFLICT DO UPDATE SET ']) + R.choice([
        'input_tokens = coalesce(input_tokens, 0) + 1', 'tenant_id = excluded.tenant_id, cost_nano = excluded.cost_nano',
        'timestamp = excluded.timestamp, model = excluded.model', 'response_id = NULL', 'id = excluded.id + 3', 'cost_usd = 0.25']), args


def several():
    rows = [row() for _ in range(R.randrange(2, 8))]
    names = sorted({k for v in rows for k in v if k not in ('rowid', 'oid', '_rowid_')})
    values = ', '.join('(' + ', '.join('?' * len(names)) + ')' for _ in rows)
    return '%s INTO llm_usage(%s) VALUES %s' % (R.choice(INSERTS), ', '.join(names), values), [v.get(k) for v in rows for k in names]


def copies():
    names = 'timestamp, provider, model, task_type, tenant_id, input_tokens, output_tokens, response_time_ms, cost_nano, response_id'
    return 'INSERT OR %s INTO llm_usage(id, %s) SELECT id + %d, %s FROM llm_usage WHERE %s LIMIT %d' % (
        R.choice(['REPLACE', 'IGNORE', 'FAIL', 'ABORT']), names, R.randrange(-3, 60), names, where(), R.randrange(1, 30)), []


def call():
    return R.choice([
        ('SELECT tok_reprice()', []), ('SELECT tok_init()', []), ('SELECT tok_rebuild()', []),
        ('SELECT tok_quota_reserve(?, ?, ?, 600, ?)', ['q%d' % R.randrange(20), '{"tenant_id":"acme"}', '{"input":100}', T0 + 86400]),
        ('SELECT tok_quota_settle(?, ?, ?)', ['q%d' % R.randrange(20), '{"input_tokens":5,"output_tokens":3}', T0 + 90000]),
        ('SELECT tok_quota_release(?)', ['q%d' % R.randrange(20)]),
        ('INSERT INTO tok_responses(response, tenant_id, timestamp) VALUES (?, ?, ?)', [json.dumps(
            {'id': 'r%d' % R.randrange(40), 'model': 'gpt-4o', 'usage': {'prompt_tokens': 7, 'completion_tokens': 5}}), 'acme', T0])])


def setting():
    return R.choice(['PRAGMA recursive_triggers = %d' % R.randrange(2), 'PRAGMA foreign_keys = %d' % R.randrange(2),
                     'PRAGMA reverse_unordered_selects = %d' % R.randrange(2), 'PRAGMA automatic_index = %d' % R.randrange(2),
                     'PRAGMA case_sensitive_like = %d' % R.randrange(2), 'UPDATE llm_quota SET active = 1 - active WHERE id % 3 = 0',
                     'UPDATE llm_rollup_state SET batch = %d' % R.choice([1, 2, 7, 50, 8192]), 'UPDATE app SET n = n + 1',
                     'INSERT INTO app_ref(usage_id) SELECT id FROM llm_usage WHERE %s LIMIT 2' % where()]), []


def one(db):
    k = R.random()
    if k < .35:
        sql, args = insert(row(), R.choice(INSERTS))
    elif k < .60:
        sql, args = update()
    elif k < .70:
        sql, args = R.choice([upsert, several, copies])()
    elif k < .74:
        sql, args = 'UPDATE llm_usage SET tenant_id = t, input_tokens = 7 FROM (SELECT id AS i, \'bob\' AS t FROM llm_usage WHERE %s)' \
                    ' WHERE id = i' % where(), []
    elif k < .88:
        sql, args = 'DELETE FROM llm_usage WHERE ' + where(), []
    elif k < .94 or not db.tok:
        sql, args = setting()
    else:
        sql, args = call()
    if R.random() < .1 and sql.split()[0] in ('INSERT', 'UPDATE', 'DELETE', 'REPLACE') and 'tok_' not in sql and ' FROM (' not in sql:
        sql += ' RETURNING 1'
    db.run(sql, args)


def transaction(db):
    if R.random() < .5:
        return one(db)
    db.run(R.choice(['BEGIN', 'BEGIN IMMEDIATE', 'BEGIN EXCLUSIVE']))
    open_savepoints = 0
    for _ in range(R.randrange(1, 12)):
        k = R.random()
        if not db.c.in_transaction:
            return None
        if k < .15:
            db.run('SAVEPOINT s%d' % open_savepoints)
            open_savepoints += 1
        elif k < .22 and open_savepoints > 0:
            db.run('ROLLBACK TO s%d' % (open_savepoints - 1))
        elif k < .26 and open_savepoints > 0:
            open_savepoints -= 1
            db.run('RELEASE s%d' % open_savepoints)
        else:
            one(db)
    if db.c.in_transaction:
        db.run(R.choice(['COMMIT', 'COMMIT', 'COMMIT', 'ROLLBACK']))
    if db.c.in_transaction:
        db.run('ROLLBACK')  # foreign keys, deferred


def bulk(db):
    if db.run('SELECT tok_bulk_begin()') is None:
        return
    for _ in range(R.randrange(30)):
        if db.c.in_transaction:
            one(db)
    if not db.c.in_transaction:
        return
    if R.random() < .3:
        db.run('COMMIT')
        db.run('SELECT tok_init()')
    elif db.run('SELECT tok_bulk_end()') is None:
        db.run('ROLLBACK')


def near(a, b):
    if a is None or b is None or isinstance(a, str):
        return a == b
    return a == b or (isinstance(a, float) or isinstance(b, float)) and math.isclose(a, b, rel_tol=1e-12)


def fail(*what):
    print('FAILED after', *history[-12:], sep='\n  ')
    sys.exit('seed %s: %s' % (sys.argv[2], ' '.join(map(str, what))))


def compare(tok, plain):
    for view, key in VIEWS.items():
        column = key.split(' AS ')[-1] if view != 'llm_stats' else "'all'"
        shown = {r[0]: r[1:] for r in R.choice([tok, plain]).all('SELECT %s, %s FROM %s' % (column, ', '.join(SHOWN), view))}
        truth = {r[0]: r[1:] for r in plain.all('SELECT %s, %s FROM llm_usage GROUP BY 1' % (key, SUMS))}
        if view == 'llm_stats' and not truth:
            continue
        if set(shown) != set(truth):
            fail(view, 'keys', set(shown) ^ set(truth))
        for k in shown:
            for name, a, b in zip(SHOWN, shown[k], truth[k]):
                if not near(a, b):
                    fail(view, k, name, a, 'ledger', b)
    for sql in ('SELECT * FROM tok_audit()', 'SELECT * FROM llm_rollup_new', 'SELECT * FROM llm_quota_waiting'):
        if tok.all(sql):
            fail(sql, tok.all(sql)[:3])
    report(tok)


def report(tok):
    lo = T0 + R.choice([0, 86400 * R.randrange(60), 3600 * R.randrange(1500), R.randrange(86400 * 60)])
    hi = lo + R.choice([0, 59, 3600 * R.randrange(500), 86400 * R.randrange(60), R.randrange(86400 * 60)])
    group = R.choice(['model', 'provider', 'task_type', 'tenant_id', 'user_id'])
    wanted = {k: R.choice(v) for k, v in VALUES.items() if R.random() < .2}
    shown = {r[0]: r[1:] for r in tok.all('SELECT key, requests, input_tokens, total_tokens, cost_usd, p95_ms FROM tok_report(?, ?, ?, ?, ?)',
                                          [group, lo, hi, 'UTC', json.dumps(wanted)])}
    truth = {}
    for r in tok.all('SELECT %s, input_tokens, total_tokens, cost_nano, response_time_ms, %s FROM llm_usage WHERE unix_time >= ? AND'
                     ' unix_time < ?' % (group, ', '.join(VALUES)), [lo, hi]):
        if all(r[5 + list(VALUES).index(k)] == v for k, v in wanted.items()):
            truth.setdefault(r[0], []).append(r[1:5])
    if set(shown) != set(truth):
        fail('tok_report', group, lo, hi, wanted, set(shown) ^ set(truth))
    for k, rows in truth.items():
        sums = [[x for x in c if x is not None] for c in zip(*rows)]
        sums, ms = [sum(c) if c else None for c in sums[:3]], sorted(sums[3])
        at = .95 * (len(ms) - 1)
        p95 = ms[int(at)] + (ms[min(int(at) + 1, len(ms) - 1)] - ms[int(at)]) * (at - int(at)) if ms else None
        expected = [len(rows), sums[0], sums[1], None if sums[2] is None else sums[2] / 1e9]
        if list(shown[k][:4]) != expected or not (p95 is None and shown[k][4] is None or math.isclose(p95, shown[k][4], rel_tol=1e-9)):
            fail('tok_report', group, lo, hi, wanted, k, shown[k], expected, p95)


def make():
    for end in ('', '-wal', '-shm', '-journal'):
        if os.path.exists(PATH + end):
            os.remove(PATH + end)
    db = Db(True)
    for pragma in R.sample(['page_size = 512', 'page_size = 65536', 'auto_vacuum = 1', "encoding = 'UTF-16be'", 'journal_mode = WAL'], 2):
        db.run('PRAGMA ' + pragma)
    db.run('SELECT tok_init()')
    db.run('CREATE TABLE app(n)')
    db.run('CREATE TABLE app_ref(usage_id INTEGER REFERENCES llm_usage(id) %s)' % R.choice(
        ['', 'ON DELETE CASCADE', 'ON DELETE SET NULL ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED']))
    for sql in ["CREATE TRIGGER app_after AFTER INSERT ON llm_usage WHEN NEW.tenant_id = 'bob' BEGIN UPDATE llm_usage SET %s"
                ' WHERE id = NEW.id; END' % R.choice(["task_type = 'auto'", "tenant_id = 'robert'", "status = 'x'", 'cost_nano = 77']),
                "CREATE TRIGGER app_before BEFORE INSERT ON llm_usage WHEN NEW.task_type = 'sum' BEGIN %s; END" % R.choice(
                    ['DELETE FROM llm_usage WHERE id = NEW.id - 3', 'UPDATE app SET n = n + 1', 'SELECT RAISE(IGNORE)']),
                'CREATE INDEX app_index ON llm_usage(tenant_id, model)', 'ALTER TABLE llm_usage ADD COLUMN app_note TEXT']:
        if R.random() < .4:
            db.run(sql)
    for i in range(R.randrange(5)):
        quota = {'metric': R.choice(['total', 'requests', 'cost_usd']), 'limit': R.choice([10000, 10**9]), 'period': R.choice(
            ['hour', 'month', 'lifetime', 'rolling 24h', 'bucket 90000/60s']), 'action': R.choice(['warn', 'block']),
            'guard': R.choice(['insert', 'write', 'none']), 'zone': R.choice(['UTC', 'Asia/Kolkata', 'America/New_York'])}
        for k in ('tenant_id', 'model', 'tag'):
            if R.random() < .3:
                quota[k] = R.choice(['acme', 'gpt*', 'prod', '*'])
        db.run('SELECT tok_quota_set(?, ?)', ['quota %d' % i, json.dumps(quota)])
    return db, Db(False)


def main():
    tok, plain = make()
    while len(history) < STATEMENTS:
        for _ in range(R.randrange(5, 30)):
            if R.random() < .03:
                bulk(tok)
            else:
                transaction(R.choice([tok, plain]))
            if R.random() < .1:
                ids[:] = [r[0] for r in plain.all('SELECT id FROM llm_usage')]
        compare(tok, plain)


main()
