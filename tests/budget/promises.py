"""What a limit promises, whoever writes in whatever order.

    python3 tests/budget/promises.py build/tok <seed>

Three connections, one of them without tok, write rows on time and late, hold, settle for as much as was held or less, release,
delete, change and move rows, and roll back, under one quota with rollover, grants, a token bucket or a rolling window. After
each step the ledger's rows and open holds alone say whether more was let in than the quota gives: no counter is asked. Then, in
a ledger of its own, calls of any model hold cost and settle for the dearest that their amount allows.
"""
import datetime
import json
import os
import random
import sqlite3
import sys
import tempfile

T0 = 1767225600  # 2026-01-01
DAY = 86400
STEPS = 100


def iso(t):
    return datetime.datetime.fromtimestamp(t, datetime.timezone.utc).strftime('%Y-%m-%dT%H:%M:%SZ')


def connect(file, tok):
    db = sqlite3.connect(file, isolation_level=None)
    db.execute('PRAGMA synchronous = OFF')
    if tok is not None:
        db.enable_load_extension(True)
        db.load_extension(tok)
        db.execute('SELECT tok_init()')
    return db


def ask(db, function, *args):
    return db.execute('SELECT %s(%s)' % (function, ', '.join('?' * len(args))),
                      [json.dumps(a) if isinstance(a, dict) else a for a in args]).fetchone()[0]


class Promise:
    """One quota, and what it promises of the events (time, units) of a key."""

    def __init__(self, rng, db, now):
        self.kind = rng.choice(['rollover', 'rollover', 'grant', 'bucket', 'rolling'])
        self.limit = rng.randrange(50, 500)
        self.quota = {
  'metric' : 'input',
             'limit' : self.limit,
             'since' : T0,
                       'split_by' : rng.choice(['', 'user_id' ]),
                       'guard' : rng.choice([ 'insert', 'write' ])}
        if self.kind == 'rollover':
            self.carry = rng.randrange(1, 3 * self.limit)
            self.length, period = rng.choice([(3600, 'hour'), (18000, 'every 5h'), (DAY, 'day')])
            self.quota.update(period=period, rollover=self.carry)
        elif self.kind == 'grant':
            self.length, period = rng.choice([(18000, 'every 5h'), (DAY, 'day')])
            self.quota.update(period=period)
        elif self.kind == 'bucket':
            self.refill, self.span = rng.randrange(1, 3 * self.limit), rng.choice([60, 3600, DAY])
            self.quota.update(period='bucket %d/%ds' % (self.refill, self.span))
        else:
            self.span, period = rng.choice([(DAY, 'rolling 24h'), (3600, 'rolling 1h/4'), (5400, 'rolling 90m/7')])
            self.quota.update(period=period)
        ask(db, 'tok_quota_set', 'q', self.quota, iso(now))
        self.granted, self.begun = {}, {}
        for _ in range(3 if self.kind == 'grant' else 0):
            key, units = rng.choice(['ann', 'bob']) if self.quota['split_by'] else '', rng.randrange(1, 300)
            since = now + rng.randrange(-100000, 200000)
            ask(db, 'tok_quota_grant', 'q', key, units, iso(since + rng.randrange(1000, 300000)), 'x', rng.randrange(3), iso(since))
            self.granted[key] = self.granted.get(key, 0) + units

    def by_period(self, events):
        sums = {}
        for t, units in events:
            start = t - (t - T0 if self.length == DAY else t) % self.length
            sums[start] = sums.get(start, 0) + units
        return sorted(sums.items())

    def broken(self, key, events):
        """A sentence, or None. Events in the order of time."""
        if self.kind in ('rolling', 'bucket'):
            for i, (first, _) in enumerate(events):
                total = 0
                for t, units in events[i:]:
                    total += units
                    if self.kind == 'rolling' and t < first + self.span and total > self.limit:
                        return '%d of %d in a window from %s' % (total, self.limit, iso(first))
                    if self.kind == 'bucket' and (total - self.limit) * self.span > self.refill * (t - first):
                        return '%d from %s to %s' % (total, iso(first), iso(t))
        elif self.kind == 'grant':
            beyond = sum(max(0, units - self.limit) for _, units in self.by_period(events))
            if beyond > self.granted.get(key, 0):
                return '%d beyond the limits, %d granted' % (beyond, self.granted.get(key, 0))
        else:
            total, periods = 0, self.by_period(events)
            begin = periods[0][0] if self.quota['split_by'] else T0 - T0 % self.length
            # what came first may have gone
            begin = self.begun[key] = min(begin, self.begun.get(key, begin))
            for start, units in periods:
                total += units
                if total > ((start - begin) // self.length + 1) * self.limit or units > self.limit + self.carry:
                    return '%d up to the period of %s' % (total, iso(start))
        return None


def step(rng, dbs, promise, holds, now, n):
    """One statement; refusals are SQLite's errors."""
    any_db, db, user, op = rng.choice(dbs), rng.choice(dbs[:2]), rng.choice(['ann', 'bob']), rng.random()
    amount = rng.choice([1, promise.limit, promise.limit // 2, rng.randrange(promise.limit + 2), 0])
    # goes by the order of arrival: nothing late, nothing taken back
    bucket = promise.kind == 'bucket'
    late = rng.randrange(-90000, 20000) if rng.random() < .35 and not bucket else 0
    row = 'INSERT INTO llm_usage(timestamp, user_id, input_tokens, output_tokens) VALUES (?, ?, ?, 0)'
    values = (iso(max(T0, now + late)), user, amount)
    nth = '(SELECT id FROM llm_usage ORDER BY id LIMIT 1 OFFSET %d)' % rng.randrange(20)
    if op < .45:
        any_db.execute(row, values)
    elif op < .65:
        answer = json.loads(ask(db, 'tok_quota_reserve', 'r%d' % n, {'user_id': user}, {'input': amount, 'output': 0},
                                rng.choice([30, 5000, 600000]), iso(now)))
        if answer['ok']:
            holds.append(('r%d' % n, amount))
    elif op < .8 and holds:
        ref, held = holds.pop(rng.randrange(len(holds)))
        if db.execute('SELECT state FROM llm_hold WHERE ref = ?', (ref,)).fetchone()[0] == 'held':
            ask(db, 'tok_quota_settle', ref, {'input_tokens': rng.choice([held, rng.randrange(held + 1)]), 'output_tokens': 0}, iso(now))
    elif op < .85 and holds:
        ask(db, 'tok_quota_release', holds.pop(0)[0])
    elif op < .88:
        ask(db, 'tok_quota_sweep', iso(now))
    elif op < .92 and not bucket:
        any_db.execute('DELETE FROM llm_usage WHERE id = ' + nth)
    elif op < .97 and promise.quota['guard'] == 'write' and not bucket:
        column, value = rng.choice([('input_tokens', amount), ('timestamp', values[0])])
        any_db.execute('UPDATE llm_usage SET %s = ? WHERE id = %s' % (column, nth), (value,))
    else:
        any_db.execute('BEGIN IMMEDIATE')
        try:
            any_db.execute(row, values)
        finally:
            any_db.execute('ROLLBACK')


def one_quota(tok, seed, folder):
    rng = random.Random(seed)
    file = os.path.join(folder, 'promises.db')
    dbs = [connect(file, tok), connect(file, tok), connect(file, None)]
    now = T0 + rng.randrange(3 * DAY)
    promise, holds, wrong = Promise(rng, dbs[0], now), [], None
    for n in range(STEPS):
        forward = rng.random() < .85 or promise.kind == 'bucket'
        now = max(T0, now + (rng.choice([0, 1, 30, 600, 3600, 20000]) if forward else -rng.choice([1, 500, 5000, 40000])))
        try:
            step(rng, dbs, promise, holds, now, n)
        except sqlite3.Error as e:
            if 'tok: ' not in str(e):
                wrong = str(e)
        events = {}
        for user, t, units in dbs[2].execute("SELECT user_id, unix_time, input_tokens FROM llm_usage UNION ALL "
                                             "SELECT user_id, unix_time, input_tokens FROM llm_hold WHERE state = 'held' ORDER BY 2"):
            events.setdefault(user if promise.quota['split_by'] else '', []).append((t, units))
        for key, of_key in events.items():
            wrong = wrong or promise.broken(key, of_key)
        if n % 20 == 0 and wrong is None:
            wrong = next((str(row) for row in dbs[0].execute('SELECT * FROM llm_quota_audit')), None)
        if wrong is not None:
            print('seed %d, step %d: %s; %s' % (seed, n, wrong, promise.quota))
            break
    for db in dbs:
        db.close()
    os.unlink(file)
    return wrong is None


MODELS = ['gpt-4o', 'gpt-5.4', 'o3', 'gpt-4o-audio-preview', 'gpt-image-1.5', 'claude-sonnet-4-5', 'claude-opus-4-6',
          'claude-sonnet-4-20250514', 'gemini-2.5-pro', 'gemini-2.5-flash', 'grok-4', 'deepseek-v4-pro',
          'us.anthropic.claude-sonnet-4-5-20250929-v1:0', 'azure/eu/gpt-5.4', 'groq/llama-3.3-70b-versatile']
PARTS = {'cache_read': 'cache_read_tokens', 'cache_write': 'cache_write_tokens', 'input_audio': 'input_audio_tokens',
         'input_image': 'input_image_tokens', 'reasoning': 'reasoning_tokens', 'output_audio': 'output_audio_tokens'}


def usage_within(rng, amount):
    """What a call of that amount may have used."""
    left = {'input': rng.choice([amount['input'], rng.randrange(amount['input'] + 1)]), 'output': amount['output']}
    usage = {'input_tokens': left['input'], 'output_tokens': left['output']}
    for part in rng.sample(sorted(PARTS), rng.randrange(4)):
        side = 'output' if part in ('reasoning', 'output_audio') else 'input'
        units = rng.choice([1, rng.random()])
        units = int(units * min(left[side], amount.get(part, left[side])))
        usage[PARTS[part]] = units
        left[side] -= units
    if 'cache_write_tokens' in usage and rng.random() < .5:
        usage['cache_write_1h_tokens'] = usage['cache_write_tokens']
    if 'web_searches' in amount:
        usage['web_searches'] = rng.randrange(amount['web_searches'] + 1)
    tier = amount.get('service_tier', 'default')
    usage['service_tier'] = rng.choice(['default', 'batch', 'flex', 'priority']) if tier == 'auto' else tier
    if amount.get('inference_geo') == 'us' and rng.random() < .7:
        usage['inference_geo'] = 'us'
    return usage


def costs(tok, seed):
    rng, db, now = random.Random(seed), connect(':memory:', tok), 1788220800
    ask(db, 'tok_quota_set', 'usd', {'metric': 'cost_usd', 'limit': rng.choice([0.5, 3, 20]), 'period': 'lifetime', 'since': 0})
    held = {}
    for n in range(STEPS):
        now += rng.choice([0, 1, 60, 4000])
        if rng.random() < .6 or not held:
            amount = {
  'input' : rng.choice([ rng.randrange(3000), rng.randrange(300000), 200001, 272001 ]),
      'output' : rng.randrange(20000)}
            for part in rng.sample(sorted(PARTS) + ['web_searches'], rng.randrange(3)):
                amount[part] = rng.choice([0, rng.randrange(50)])
            if rng.random() < .4:
                amount['service_tier'] = rng.choice(['auto', 'standard', 'batch', 'flex', 'priority'])
            if rng.random() < .3:
                amount['inference_geo'] = rng.choice(['us', 'global'])
            model = rng.choice(MODELS)
            if json.loads(ask(db, 'tok_quota_reserve', 'r%d' % n, {'model': model}, amount, 604800, iso(now)))['ok']:
                held['r%d' % n] = amount
        else:
            ref = rng.choice(sorted(held))
            amount = held.pop(ref)
            usage = usage_within(rng, amount)
            row = ask(db, 'tok_quota_settle', ref, usage, iso(now))
            cost, most = db.execute('SELECT u.cost_nano, h.cost_nano FROM llm_usage AS u JOIN llm_hold AS h ON h.usage_id = u.id '
                                    'WHERE u.id = ?', (row,)).fetchone()
            if cost is None or cost > most:
                print('seed %d: %s costs %s, held were %s for %s' % (seed, usage, cost, most, amount))
                return False
        if db.execute('SELECT c.used + c.held > q.limit_units FROM llm_counter AS c JOIN llm_quota AS q').fetchone() == (1,):
            print('seed %d: more than the limit' % seed)
            return False
    return True


def main():
    tok, seed = sys.argv[1], int(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        good = one_quota(tok, seed, folder)
    return 0 if good and costs(tok, seed) else 1


if __name__ == '__main__':
    sys.exit(main())
