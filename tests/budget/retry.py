"""When a refused request may come again.

    python3 tests/budget/retry.py build/tok <seed>

Requests of random amounts are held under one random quota, some settled. Where one is refused, retry_after_s is exact as long as
nothing else happens: so many seconds later it is let in, one second sooner it is not; NULL says that no waiting helps.
tok_quota_check says the same as tok_quota_reserve does, though it sweeps no hold that has expired.
"""
import json
import random
import sqlite3
import sys

PERIODS = ['hour', 'day', 'week', 'month', 'every 5h', 'every 1 month anchor 2026-01-31', 'rolling 24h', 'rolling 1h/4',
           'rolling 100s/7', 'lifetime']
QUOTAS, REQUESTS = 25, 60


def ask(db, function, *args):
    return db.execute('SELECT %s(%s)' % (function, ', '.join('?' * len(args))),
                      [json.dumps(a) if isinstance(a, dict) else a for a in args]).fetchone()[0]


def would_reserve(db, amount, now):
    checked = ask(db, 'tok_quota_check', {}, amount, now)
    db.execute('SAVEPOINT try')
    answer = json.loads(ask(db, 'tok_quota_reserve', 'try', {}, amount, 5, now))
    db.execute('ROLLBACK TO try')
    db.execute('RELEASE try')
    assert (answer['ok'] == 1) == (checked == 'allow'), 'tok_quota_check says %s: %r' % (checked, answer)
    return answer['ok'] == 1


def one_quota(tok, rng, waits):
    db = sqlite3.connect(':memory:', isolation_level=None)
    db.enable_load_extension(True)
    db.load_extension(tok)
    db.execute('SELECT tok_init()')
    now = 1772900000 + rng.randrange(10 ** 7)
    period, metric, limit = rng.choice(PERIODS), rng.choice(['input', 'requests']), rng.randrange(20, 500)
    ask(db, 'tok_quota_set', 'q', {'metric': metric, 'limit': limit, 'period': period, 'since': 0,
                                   'zone': rng.choice(['UTC', 'America/New_York', 'Australia/Lord_Howe'])}, now - 10 ** 6)
    for i in range(REQUESTS):
        now += rng.randrange(20 if period == 'rolling 100s/7' else 2000 if period[0] in 'hr' else 20000)
        units = rng.randrange(1, limit // 2 + 2)
        amount = {'requests': units} if metric == 'requests' else {'input': units, 'output': 0}
        answer = json.loads(ask(db, 'tok_quota_reserve', 'r%d' % i, {}, amount, rng.choice([5, 500, 50000]), now))
        if answer['ok']:
            if metric == 'input' and rng.random() < 0.6:
                ask(db, 'tok_quota_settle', 'r%d' % i, {'input_tokens': units, 'output_tokens': 0}, now)
            continue
        wait = answer['retry_after_s']
        explained = json.loads(ask(db, 'tok_quota_explain', {}, amount, now))[0]['retry_after_s']
        assert wait == explained, 'tok_quota_reserve says %s, tok_quota_explain %s' % (wait, explained)
        if wait is None:
            assert period == 'lifetime', 'no wait: %r' % answer
            continue
        waits.append(wait)
        assert would_reserve(db, amount, now + wait), '%s: refused after %d s: %r' % (period, wait, answer)
        assert wait == 0 or not would_reserve(db, amount, now + wait - 1), '%s: sooner than %d s: %r' % (period, wait, answer)


def main():
    rng, waits = random.Random(int(sys.argv[2])), []
    for _ in range(QUOTAS):
        one_quota(sys.argv[1], rng, waits)
    print('seed %s: %d waits, to the second' % (sys.argv[2], len(waits)))


main()
