"""Random histories of a ledger with budgets, against a simple model.

    python3 tests/budget/history.py build/tok <seed> <operations>

Every operation is one statement: usage inserted (also OR IGNORE, OR REPLACE, UPSERT), changed, moved, replaced by UPDATE OR
REPLACE, deleted; holds reserved, settled, released, swept, written in plain SQL; quotas made, changed, switched off and on,
deleted; limits overridden and granted; transactions rolled back. The model keeps rows, holds and quotas as Python objects and
knows nothing of triggers. Compared: whether a statement is refused, every counter, every alert event.
"""
import datetime
import fnmatch
import json
import random
import sqlite3
import sys

T0 = 1767225600  # 2026-01-01, Thursday
DIMS = ['tenant_id', 'user_id', 'provider', 'model', 'task_type']
VALUES = {'tenant_id': ['acme', 'bob', None], 'user_id': ['ann', 'ben', None], 'provider': ['openai', None],
          'model': ['gpt-x', 'GPT-x-mini', None], 'task_type': ['chat', 'sum[1]', None]}
SCOPES = {'tenant_id': ['*', 'acme', 'b*'], 'user_id': ['*', '*', 'ann'], 'provider': ['*', '*', 'OpenAI'],
          'model': ['*', '*', 'gpt-x*', 'gpt-x'], 'task_type': ['*', '*', 'sum[1]', 's?m*']}
PERIODS = ['hour', 'day', 'week', 'month', 'lifetime', 'every 5h anchor 2026-01-01T02:00:00Z', 'rolling 24h/24']


class Refused(Exception):
    pass


class Quota:
    def __init__(self, rng):
        self.scope = {d: rng.choice(SCOPES[d]) for d in DIMS}
        self.split = rng.choice(['', '', 'user_id', 'tenant_id', 'tenant_id,model'])
        self.metric = rng.choice(['input', 'output', 'total', 'requests', 'cost'])
        self.period = rng.choice(PERIODS)
        self.limit = rng.choice([8, 20]) if self.metric == 'requests' else rng.choice([600, 2500])
        self.action = rng.choice(['block', 'block', 'warn'])
        self.unpriced = rng.choice(['deny', 'allow', 'estimate'])
        self.active = True
        self.since = rng.choice([0, 0, T0 + 86400])
        self.override = {}  # key -> limit

    def covers(self, row):
        if not self.active or row['t'] < self.since:
            return False
        for d in DIMS:
            value, want = row[d] or '', self.scope[d]
            if d in ('provider', 'model'):
                value, want = value.lower(), want.lower()
            if not fnmatch.fnmatchcase(value, want.replace('[', '[[]')):
                return False
            if row[d] is None and '*' not in want and '?' not in want:
                return False
        return True

    def key(self, row):
        if not self.split:
            return ''
        low = {d: row[d].lower() if row[d] and d in ('provider', 'model') else row[d] for d in DIMS}
        if ',' not in self.split:
            return low[self.split] or ''
        order = ['tenant_id', 'user_id', 'provider', 'model', 'task_type']
        return ','.join('NULL' if low[d] is None else "'" + low[d] + "'" for d in order if d in self.split.split(','))

    def start(self, t):
        p = self.period
        if p == 'lifetime':
            return 0
        if p == 'month':
            d = datetime.datetime.fromtimestamp(t, datetime.timezone.utc)
            return int(d.replace(day=1, hour=0, minute=0, second=0).timestamp())
        if p == 'week':
            return (t - 345600) // 604800 * 604800 + 345600
        if p.startswith('every'):
            return (t - T0 - 7200) // 18000 * 18000 + T0 + 7200
        n = {'hour': 3600, 'day': 86400, 'rolling 24h/24': 3600}[p]
        return t // n * n

    def amount(self, row):
        i, o = row['input'] or 0, row['output'] or 0
        if self.metric == 'cost':
            if row['cost'] is None:
                return (i + o) * 3 if self.unpriced == 'estimate' else 0
            return row['cost']
        return {'input': i, 'output': o, 'total': i + o, 'requests': row.get('requests', 1)}[self.metric]


class World:
    """The model and the database, which must agree."""

    def __init__(self, tok, seed):
        self.rng = random.Random(seed)
        self.db = sqlite3.connect(':memory:', isolation_level=None)
        self.db.enable_load_extension(True)
        self.db.load_extension(tok)
        self.db.execute('SELECT tok_init()')
        for (name,) in self.db.execute("SELECT name FROM temp.sqlite_schema WHERE type = 'trigger'").fetchall():
            self.db.execute('DROP TRIGGER temp.' + name)  # rows bring their cost or stay unpriced
        self.rows, self.holds, self.quotas, self.rules = {}, {}, {}, {}
        self.must, self.may, self.n, self.refusals, self.next_id = set(), set(), 0, 0, 1
        self.counters = {}

    # -- the model

    def charge(self, row, sign, only=None):
        for q_id, q in self.quotas.items():
            if only in (None, q_id) and q.covers(row):
                c = self.counters.setdefault((q_id, q.key(row), q.start(row['t'])), [0, 0, 0])
                c[0] += sign * q.amount(row)
                c[2] += sign

    def park(self, hold, sign, only=None):
        for q_id, q in self.quotas.items():
            if only in (None, q_id) and (q_id in hold['parked'] if sign < 0 else q.covers(hold)):
                if sign > 0:
                    hold['parked'][q_id] = (q.key(hold), q.start(hold['t']), q.amount(hold))
                key, start, units = hold['parked'][q_id]
                self.counters.setdefault((q_id, key, start), [0, 0, 0])[1] += sign * units
        if sign < 0:
            hold['parked'] = {}

    def total(self, q_id, key, start):
        if not self.quotas[q_id].period.startswith('rolling'):
            c = self.counters.get((q_id, key, start), [0, 0, 0])
            return c[0] + c[1]
        return sum(c[0] + c[1] for (i, k, s), c in self.counters.items()
                   if i == q_id and k == key and start - 86400 <= s <= start + 86400)

    def limit(self, q, key):
        return q.override.get(key, q.limit)

    def refuses(self, row):
        for q_id, q in self.quotas.items():
            if q.action != 'block' or not q.covers(row):
                continue
            if q.metric == 'cost' and q.unpriced == 'deny' and row['cost'] is None:
                return True
            if q.amount(row) > 0 and self.total(q_id, q.key(row), q.start(row['t'])) + q.amount(row) > self.limit(q, q.key(row)):
                return True
        return False

    def look(self, before):
        """Which events must be there (a statement took the counter across the line) and may be there (it was beyond the line
        for another reason, such as a lower limit, and was looked at at its next change)."""
        now = {k: c[0] for k, c in self.counters.items()}
        for q_id, key, start in self.counters:
            for fraction in self.rules[q_id]:
                line = -(-fraction * self.limit(self.quotas[q_id], key) // 100)
                if self.used(now, q_id, key, start) >= line:
                    self.may.add((q_id, key, start, fraction))
                    if before is not None and self.used(before, q_id, key, start) < line:
                        self.must.add((q_id, key, start, fraction))

    def used(self, counters, q_id, key, start):
        """What a rule looks at: the counter, or all of the rolling window that ends with it."""
        first = start - 86400 if self.quotas[q_id].period.startswith('rolling') else start
        return sum(counters.get((q_id, key, s), 0) for s in ([start] if first == start else range(first, start + 1, 3600)))

    # -- statements

    def run(self, sql, args=()):
        try:
            return self.db.execute(sql, args).fetchall()
        except sqlite3.IntegrityError as e:
            raise Refused(str(e))

    def row(self):
        g = self.rng
        row = {d: g.choice(VALUES[d]) for d in DIMS}
        row['t'] = T0 + g.choice([0, 1, 3599, 3600, 86399, 86400, g.randrange(0, 40 * 86400)])
        row['input'], row['output'] = g.choice([None, 0, g.randrange(300)]), g.choice([0, g.randrange(300)])
        row['cost'] = g.choice([None, 0, g.randrange(400)])
        return row

    COLUMNS = DIMS + ['input_tokens', 'output_tokens', 'cost_nano', 'timestamp']

    def values(self, row):
        iso = datetime.datetime.fromtimestamp(row['t'], datetime.timezone.utc).strftime('%Y-%m-%dT%H:%M:%SZ')
        return [row[d] for d in DIMS] + [row['input'], row['output'], row['cost'], iso]

    def insert(self):
        g = self.rng
        row = self.row()
        how = g.choice(['', '', '', ' OR IGNORE', ' OR REPLACE', ' OR REPLACE'])
        row_id = g.choice(list(self.rows)) if self.rows and g.random() < 0.4 else self.next_id
        row['response'] = g.choice([None, None, 'r%d' % g.randrange(30)])
        gone = [i for i, r in self.rows.items() if i == row_id or (
            row['response'] and r['response'] == row['response'] and r['provider'] == row['provider'] and row['provider'])]
        null_provider = row['response'] and not row['provider'] and any(
            r['response'] == row['response'] and not r['provider'] for r in self.rows.values())
        sql = 'INSERT%s INTO llm_usage(id, response_id, %s) VALUES(?,?,%s)' % (
            how, ','.join(self.COLUMNS), ','.join('?' * len(self.COLUMNS)))
        args = [row_id, row['response']] + self.values(row)
        same_id = row_id in self.rows
        if null_provider or (gone and how != ' OR REPLACE'):
            # ignored, or refused for its id
            if same_id and how == '' and not null_provider and not any(i != row_id for i in gone):
                try:
                    self.run(sql, args)
                except Refused:
                    return
                raise AssertionError('a second row with one id')
            try:
                self.run(sql, args)
            except Refused:
                assert same_id and how == ''
            return
        taken = [self.rows[i] for i in gone]
        for r in taken:
            self.charge(r, -1)
        if self.refuses(row):
            for r in taken:
                self.charge(r, +1)
            self.refusals += 1
            try:
                self.run(sql, args)
            except Refused as e:
                assert 'tok: ' in str(e), e
                return
            raise AssertionError('not refused: %r' % row)
        self.run(sql, args)
        for i in gone:
            del self.rows[i]
        self.rows[row_id] = row
        self.next_id = max(self.next_id, row_id + 1)
        self.charge(row, +1)

    def change(self):
        if not self.rows:
            return
        g = self.rng
        row_id = g.choice(list(self.rows))
        old, new = self.rows[row_id], dict(self.rows[row_id])
        fresh = self.row()
        what = g.sample(DIMS + ['input', 'output', 'cost', 't'], g.randrange(1, 4))
        priced = {'provider', 'model', 'input', 'output'}
        for w in what:
            new[w] = fresh[w]
        if any(new[w] != old[w] for w in priced) and new['cost'] == old['cost']:
            new['cost'] = None  # the old price is wrong then, says the ledger
        if new['response'] and any(i != row_id and r['response'] == new['response'] and r['provider'] == new['provider']
                                   for i, r in self.rows.items()):
            return
        names = dict(zip(DIMS + ['input', 'output', 'cost', 't'], DIMS + ['input_tokens', 'output_tokens', 'cost_nano', 'timestamp']))
        values = dict(zip(DIMS + ['input', 'output', 'cost', 't'], self.values(new)))
        written = [w for w in what if w != 'cost' or new['cost'] != old['cost']]
        if not written:
            return
        self.run('UPDATE llm_usage SET %s WHERE id = ?' % ', '.join('%s = ?' % names[w] for w in written),
                 [values[w] for w in written] + [row_id])
        self.rows[row_id] = new
        self.charge(old, -1)
        self.charge(new, +1)

    def replace_by_update(self):
        if len(self.rows) < 2:
            return
        one, two = self.rng.sample(list(self.rows), 2)
        self.run('UPDATE OR REPLACE llm_usage SET id = ? WHERE id = ?', [two, one])
        self.charge(self.rows[two], -1)
        self.rows[two] = self.rows.pop(one)

    def delete(self):
        if self.rows:
            row_id = self.rng.choice(list(self.rows))
            self.run('DELETE FROM llm_usage WHERE id = ?', [row_id])
            self.charge(self.rows.pop(row_id), -1)

    def reserve(self):
        self.n += 1
        row, ref = self.row(), 'ref%d' % self.n
        row['input'] = row['input'] or 0
        row.update(requests=self.rng.choice([1, 1, 3]), parked={}, state='held')
        plain = self.rng.random() < 0.5
        if row['cost'] is None and not plain:
            row['cost'] = 7  # else tok would price it
        refused = self.refuses(row)
        if plain:
            try:
                self.run('INSERT INTO llm_hold(ref, unix_time, expires, requests, cost_nano, input_tokens, output_tokens, %s)'
                         ' VALUES(?,?,?,?,?,?,?,%s)' % (','.join(DIMS), ','.join('?' * len(DIMS))),
                         [ref, row['t'], row['t'] + 600, row['requests'], row['cost'], row['input'], row['output']]
                         + [row[d] for d in DIMS])
                ok = True
            except Refused as e:
                assert 'tok: ' in str(e), e
                ok = False
        else:
            scope = {d: row[d] for d in DIMS}
            amount = {'input': row['input'], 'output': row['output'], 'requests': row['requests'], 'cost_nano': row['cost']}
            ok = json.loads(self.run('SELECT tok_quota_reserve(?,?,?,600,?)',
                                     [ref, json.dumps(scope), json.dumps(amount), row['t']])[0][0])['ok']
            for h in self.holds.values():  # the sweep inside
                if h['state'] == 'held' and h['t'] + 600 <= row['t']:
                    self.park(h, -1)
                    h['state'] = 'expired'
            refused = False if ok else None
        if refused is None:
            self.refusals += 1
            assert self.refuses(row), 'refused without a reason: %r' % row
            return
        assert ok == (not refused), (ok, refused, row)
        self.refusals += not ok
        if ok:
            if not plain:  # what reserve grants is within every limit after it
                self.park(row, +1)
                for q_id, q in self.quotas.items():
                    if q.action == 'block' and q.covers(row) and q.amount(row) > 0:
                        assert self.total(q_id, q.key(row), q.start(row['t'])) <= self.limit(q, q.key(row)), 'over the limit'
            else:
                self.park(row, +1)
            self.holds[ref] = row

    def finish(self):
        held = [r for r, h in self.holds.items() if h['state'] != 'settled']
        if not held:
            return
        ref = self.rng.choice(held)
        hold = self.holds[ref]
        if self.rng.random() < 0.3:
            freed = self.run('SELECT tok_quota_release(?)', [ref])[0][0]
            assert freed == (hold['state'] == 'held')
            if freed:
                self.park(hold, -1)
                hold['state'] = 'released'
            return
        row = dict(hold, response=None)
        row['input'], row['output'], row['cost'] = self.rng.randrange(600), self.rng.randrange(600), self.rng.randrange(900)
        row.pop('parked'), row.pop('state'), row.pop('requests')
        iso = self.values(row)[-1]
        if self.rng.random() < 0.5:
            usage = {'input_tokens': row['input'], 'output_tokens': row['output'], 'cost_nano': row['cost'], 'timestamp': iso}
            row_id = self.run('SELECT tok_quota_settle(?,?,?)', [ref, json.dumps(usage), row['t']])[0][0]
        else:
            self.run('INSERT INTO llm_usage(request_id, %s) VALUES(?,%s)' % (
                ','.join(self.COLUMNS), ','.join('?' * len(self.COLUMNS))), [ref] + self.values(row))
            row_id = self.run('SELECT max(id) FROM llm_usage')[0][0]
        if hold['state'] == 'held':
            self.park(hold, -1)
        hold['state'] = 'settled'
        self.rows[row_id] = row
        self.next_id = max(self.next_id, row_id + 1)
        self.charge(row, +1)

    def sweep(self):
        t = T0 + self.rng.randrange(0, 40 * 86400)
        n = self.run('SELECT tok_quota_sweep(?)', [t])[0][0]
        for h in self.holds.values():
            if h['state'] == 'held' and h['t'] + 600 <= t:
                self.park(h, -1)
                h['state'] = 'expired'
                n -= 1
        assert n == 0, 'sweep'
        self.holds = {r: h for r, h in self.holds.items() if h['state'] == 'held' or h['t'] + 600 >= t - 30 * 86400}

    def recount(self, q_id):
        for c in [c for c in self.counters if c[0] == q_id]:
            del self.counters[c]
        for row in self.rows.values():
            self.charge(row, +1, q_id)
        for h in self.holds.values():
            h['parked'].pop(q_id, None)
            if h['state'] == 'held':
                self.park(h, +1, q_id)

    def quota(self):
        g = self.rng
        if len(self.quotas) < 8:
            self.n += 1
            q = Quota(g)
            columns = dict(q.scope, name='q%d' % self.n, split_by=q.split, metric=q.metric, period=q.period, limit_units=q.limit,
                           action=q.action, unpriced=q.unpriced, unpriced_nano=3, since=q.since)
            self.run('INSERT INTO llm_quota(%s) VALUES(%s)' % (','.join(columns), ','.join('?' * len(columns))),
                     list(columns.values()))
            q_id = self.run('SELECT max(id) FROM llm_quota')[0][0]
            self.quotas[q_id] = q
            self.rules[q_id] = [75, 90] if q.period in ('month', 'lifetime') else [80, 95]
            self.recount(q_id)
            return
        q_id = g.choice(list(self.quotas))
        q, what = self.quotas[q_id], g.choice(['limit', 'active', 'move', 'delete', 'override', 'action'])
        if what == 'limit':
            q.limit = g.choice([10, 600, 4000])
            self.run('UPDATE llm_quota SET limit_units = ? WHERE id = ?', [q.limit, q_id])
        elif what == 'action':
            q.action = g.choice(['block', 'warn'])
            self.run('UPDATE llm_quota SET action = ? WHERE id = ?', [q.action, q_id])
        elif what == 'active':
            q.active = not q.active
            self.run('UPDATE llm_quota SET active = ? WHERE id = ?', [q.active, q_id])
            self.recount(q_id)
        elif what == 'move':
            q.scope['tenant_id'] = g.choice(SCOPES['tenant_id'])
            self.run('UPDATE llm_quota SET tenant_id = ? WHERE id = ?', [q.scope['tenant_id'], q_id])
            self.recount(q_id)
        elif what == 'override':
            key = g.choice(['', 'ann', 'acme'])
            q.override[key] = g.choice([10, 9000])
            self.run('INSERT INTO llm_quota_override(quota_id, key, limit_units) VALUES(?,?,?)'
                     ' ON CONFLICT(quota_id, key) DO UPDATE SET limit_units = excluded.limit_units', [q_id, key, q.override[key]])
        else:
            self.run('DELETE FROM llm_quota WHERE id = ?', [q_id])
            del self.quotas[q_id]
            for c in [c for c in self.counters if c[0] == q_id]:
                del self.counters[c]
            for h in self.holds.values():
                h['parked'].pop(q_id, None)

    # -- comparing

    def compare(self):
        stored = {(r[0], r[1], r[2]): [r[3], r[4], r[5]] for r in self.db.execute(
            'SELECT quota_id, key, start, used, held, requests FROM llm_counter WHERE used <> 0 OR held <> 0 OR requests <> 0')}
        model = {k: c for k, c in self.counters.items() if c != [0, 0, 0] and self.quotas[k[0]].active}
        assert stored == model, 'counters: %r' % (set(map(repr, stored.items())) ^ set(map(repr, model.items())))
        wrong = self.db.execute('SELECT * FROM llm_quota_audit').fetchall()
        assert not wrong, wrong

    def compare_events(self):
        rows = self.db.execute('SELECT e.quota_id, e.key, e.start, CAST(round(100 * a.value) AS INTEGER) FROM llm_alert_event AS e'
                               ' JOIN llm_alert AS a ON a.id = e.alert_id').fetchall()
        assert len(rows) == len(set(rows)), 'repeated'
        rows = {r for r in rows if r[0] in self.quotas}
        rolling = {q_id for q_id, q in self.quotas.items() if q.period.startswith('rolling')}

        def near(a, b):  # of one window, or of two that overlap
            return a[0] in rolling and (a[0], a[1], a[3]) == (b[0], b[1], b[3]) and abs(a[2] - b[2]) < 86400 + 3600

        assert not any(near(a, b) for a in rows for b in rows if a[2] < b[2]), 'repeated in a window'
        missed = {e for e in self.must if e[0] in self.quotas} - rows
        missed = {e for e in missed if not any(near(e, r) for r in rows)}
        assert not missed and rows <= self.may, 'missed %r, false %r' % (missed, rows - self.may)

    def step(self):
        before = {k: c[0] for k, c in self.counters.items()}
        operation = self.rng.choice([self.insert] * 12 + [self.change] * 4 + [self.delete] * 2 + [self.replace_by_update]
                                    + [self.reserve] * 5 + [self.finish] * 4 + [self.sweep] + [self.quota])
        operation()
        self.look(None if operation == self.quota else before)  # counting anew is no use


def main():
    tok, seed, n = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    world = World(tok, seed)
    for i in range(n):
        try:
            world.step()
            if i % 10 == 0 or i == n - 1:
                world.compare()
                world.compare_events()
        except AssertionError as e:
            print('seed %d, operation %d: %s' % (seed, i, e))
            raise
    print('seed %d: %d operations, %d refused, %d alert events, %d rows' % (
        seed, n, world.refusals, len(world.must), len(world.rows)))


main()
