"""Print the data of the genai-prices package as JSON, in the form in which its project publishes it.

Decimals are printed as strings, so that none of them passes through a binary float.
"""

import dataclasses
import datetime
import decimal
import json
import sys

from genai_prices import data


def plain(value):
    """Turn the package's objects into what JSON has."""
    if isinstance(value, decimal.Decimal):
        return str(value)
    if isinstance(value, datetime.time):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if dataclasses.is_dataclass(value):
        fields = {field.name: getattr(value, field.name, None) for field in dataclasses.fields(value)}
        # Prices keep their units as plain attributes.
        fields.update({key: item for key, item in vars(value).items() if not key.startswith("_")})
        return {key.rstrip("_"): plain(item) for key, item in fields.items() if item is not None}
    if hasattr(value, "__dict__"):
        return {key.rstrip("_"): plain(item) for key, item in vars(value).items() if item is not None and not key.startswith("_")}
    return value


wanted = ("id", "name", "pricing_urls", "fallback_model_providers", "models")
model_wanted = ("id", "match", "prices", "price_variants")
providers = []
for provider in data.providers:
    out = {key: plain(getattr(provider, key, None)) for key in wanted if key != "models"}
    out["models"] = [{key: plain(getattr(model, key, None)) for key in model_wanted if getattr(model, key, None) is not None} for model in provider.models]
    providers.append({key: value for key, value in out.items() if value is not None})
json.dump(providers, sys.stdout, indent=1)
