"""Recorded responses, written in other ways that mean the same: tok_usage says the same of each.

usage: mutations.py EXTENSION RECORDINGS
Another order of members, blanks, escapes, numbers as 3.0 and 30e-1, unknown members, envelopes; a stream as an array,
as server-sent events with and without empty lines between, over several lines of data, as JSON Lines, with pings.
"""
import collections
import gzip
import json
import random
import sqlite3
import sys

random.seed(1)
EACH = 2  # of so many recordings one: three seconds


def string(s, escaped):
    def one(c):
        return '\\u%04x' % ord(c) if ord(c) < 0x10000 and random.random() < .3 else json.dumps(c)[1:-1]
    return '"' + ''.join(map(one, s)) + '"' if escaped else json.dumps(s)


def written(v, order=list, blank='', escaped=False, numbers=False):
    """JSON of v. order: of the members of an object."""
    def again(x):
        return written(x, order, blank, escaped, numbers)
    if isinstance(v, dict):
        members = [string(k, escaped) + blank + ':' + blank + again(x) for k, x in order(v.items())]
        return '{' + blank + (',' + blank).join(members) + blank + '}'
    if isinstance(v, list):
        return '[' + blank + (',' + blank).join(map(again, v)) + blank + ']'
    if isinstance(v, str):
        return string(v, escaped)
    if numbers and isinstance(v, int) and not isinstance(v, bool) and v > 0:
        return random.choice(['%d.0', '%de0', '%d0e-1', '%d.000E+0']) % v
    return json.dumps(v)


def shuffled(items):
    return random.sample(list(items), len(items))


def with_unknown(v):
    if isinstance(v, list):
        return [with_unknown(x) for x in v]
    if not isinstance(v, dict):
        return v
    more = {'zz_%d' % random.randrange(9): random.choice([1, {'a': [1, {'b': 2}]}, [1, 2], 'x', None, True])}
    return {**(more if random.random() < .3 else {}), **{k: with_unknown(x) for k, x in v.items()}}


def data_lines(document, indent, end):
    return ''.join('data: ' + line + end for line in json.dumps(document, indent=indent).split('\n'))


def mutations(body):
    """Pairs of a name and a text."""
    text = json.dumps(body)
    yield 'reversed', written(body, order=lambda items: reversed(list(items)))
    yield 'shuffled', written(body, order=shuffled)
    yield 'blanks', written(body, blank=random.choice(['\n', '  ', '\t', '\r\n']))
    yield 'escapes', written(body, escaped=True)
    yield 'numbers', written(body, numbers=True)
    yield 'unknown members', json.dumps(with_unknown(body))
    yield 'byte order mark', '\ufeff ' + text
    yield 'BLOB', text.encode()
    yield 'array', '[' + text + ']'
    if isinstance(body, dict):
        for name in ('data', 'response', 'body', 'result', 'message'):
            yield 'in ' + name, json.dumps({name: body})
        yield 'event', data_lines(body, None, '\n') + '\ndata: [DONE]\n\n'
        yield 'event over lines', data_lines(body, 1, '\r\n') + '\r\n'
    elif isinstance(body, list):
        yield 'events', ''.join('event: x\n' + data_lines(e, None, '\n\n') for e in body) + 'data: [DONE]\n\n'
        yield 'events without empty lines', ''.join(data_lines(e, None, '\r') for e in body)
        yield 'events over lines', ''.join(data_lines(e, 2, '\n') + '\n' for e in body)
        yield 'JSON Lines', ''.join(json.dumps(e) + '\n' for e in body)
        yield 'pings', json.dumps([x for e in body for x in [{'type': 'ping'}, e]])


def main(extension, recordings):
    db = sqlite3.connect(':memory:')
    db.enable_load_extension(True)
    db.load_extension(extension)

    def usage(text):
        try:
            said = db.execute('SELECT tok_usage(?)', (text,)).fetchone()[0]
        except sqlite3.Error as e:
            return str(e)
        return said if said is None else json.loads(said)

    passed = failed = 0
    shown = collections.Counter()
    for line in list(gzip.open(recordings))[::EACH]:
        recording = json.loads(line)
        body = recording['response_body']
        if isinstance(body, dict) and body.get('stream_events') is not None:
            body = body['stream_events']
        expected = usage(json.dumps(body))
        for name, text in mutations(body):
            got = usage(text)
            passed += got == expected
            failed += got != expected
            if got != expected and shown.update([name]) is None and shown[name] < 3:
                print(name, recording['provider'], recording['endpoint'], 'expected', expected, 'got', got)
    print('%d comparisons, %d differ' % (passed + failed, failed))
    return failed > 0 or passed < 10000


sys.exit(main(*sys.argv[1:]))
