"""genai-prices in Python on the work that run.py sends: CPU seconds of each round."""
import json
import sys
import time
from datetime import datetime

sys.path.insert(0, sys.argv[1])
from genai_prices import Usage, calc_price, extract_usage  # noqa: E402

work = json.load(sys.stdin)
at = datetime.fromisoformat(work["at"].replace("Z", "+00:00"))
requests = [(provider, model, Usage(**usage)) for provider, model, usage in work["requests"]]


def costs():
    total = 0.0
    for provider, model, usage in requests:
        total += float(calc_price(usage, model, provider_id=provider, genai_request_timestamp=at).total_price)
    return total


def usages():
    read = 0
    for provider, flavour, text in work["bodies"]:
        try:
            read += extract_usage(json.loads(text), provider_id=provider, api_flavor=flavour).usage is not None
        except (LookupError, ValueError, AttributeError):  # not one of its shapes
            pass
    return read


def timed(f):
    start = time.process_time()
    f()
    return time.process_time() - start


out = {"sum": costs(), "read": usages(), "costs": [], "usage": []}
for _ in range(work["rounds"]):
    out["costs"].append(timed(costs))
    out["usage"].append(timed(usages))
print(json.dumps(out))
