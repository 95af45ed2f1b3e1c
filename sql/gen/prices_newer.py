"""
Prints the models of the Python package genai-prices as JSON, in the form in which its npm package
keeps them, for prices_from_npm.mjs:

    python3 sql/gen/prices_newer.py PACKAGE_FOLDER > newer.json

The Python package is released more often. Only its data is used; what it imports beside that is
not needed and stands empty here.
"""
import dataclasses
import datetime
import decimal
import importlib
import json
import sys
import types


def without_its_imports(folder):
    sys.path.insert(0, folder)
    client = types.ModuleType("httpx2")
    client.__getattr__ = lambda name: object
    sys.modules["httpx2"] = client
    return importlib.import_module("genai_prices.data").providers


def rule(clause):
    """ClauseOr(or_=[ClauseEquals(equals='x')]) -> {"or": [{"equals": "x"}]}"""
    if clause is None:
        return None
    (field,) = dataclasses.fields(clause)
    value = getattr(clause, field.name)
    return {field.name.rstrip("_"): [rule(c) for c in value] if isinstance(value, list) else value}


def price(value):
    if isinstance(value, decimal.Decimal):
        return float(value)
    tiers = [{"start": t.start, "price": float(t.price)} for t in value.tiers]
    return {"base": float(value.base), "tiers": tiers}


def price_set(prices):
    return {key: price(value) for key, value in vars(prices).items() if value is not None}


def constraint(c):
    if c is None:
        return None
    if hasattr(c, "start_date"):
        return {"type": "start_date", "start_date": c.start_date.isoformat()}
    times = {f.name: getattr(c, f.name) for f in dataclasses.fields(c)}
    return {"type": "time_of_date",
            **{k: v.isoformat() for k, v in times.items() if isinstance(v, datetime.time)}}


def prices(p):
    if not isinstance(p, list):
        return price_set(p)
    return [{"constraint": constraint(c.constraint), "prices": price_set(c.prices)} for c in p]


def model(m):
    variants = [{"when": v.when, "constraint": constraint(v.constraint),
                 "prices": price_set(v.prices)} for v in m.price_variants or []]
    return {"id": m.id, "match": rule(m.match), "context_window": m.context_window,
            "deprecated": m.deprecated, "price_comments": m.price_comments,
            "prices": prices(m.prices), "variants": variants}


def provider(p):
    return {"id": p.id, "name": p.name, "pricing_urls": p.pricing_urls,
            "price_comments": p.price_comments, "provider_match": rule(p.provider_match),
            "model_match": rule(p.model_match),
            "fallback_model_providers": p.fallback_model_providers,
            "models": [model(m) for m in p.models]}


json.dump([provider(p) for p in without_its_imports(sys.argv[1])], sys.stdout, indent=1)
