"""Write what LiteLLM's own code says that made-up calls of all its models with token prices cost.

    pip install litellm && python3 wide.py wide.json [SEED [CALLS]]

LITELLM_CASES=wide.json PRICE_LISTS=fetch go test ./internal/pricing/importer -run LiteLLMAgreesWidely -v
compares them. The version of the package should be the one that the test fetches.
"""

import datetime
import json
import logging
import os
import pathlib
import random
import sys

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
logging.disable(logging.CRITICAL)

import litellm  # noqa: E402
from litellm.cost_calculator import batch_cost_calculator, cost_per_token  # noqa: E402
from litellm.types.utils import (  # noqa: E402
    CacheCreationTokenDetails,
    CompletionTokensDetailsWrapper,
    PromptTokensDetailsWrapper,
    Usage,
)

MODES = ("chat", "responses", "completion", "embedding", "realtime", "moderation", None)
TIERS = {"flex": "_flex", "priority": "_priority", "ultrafast": "_ultrafast", "balanced": "_balanced", "batch": "_batches"}
THRESHOLDS = (32_000, 100_000, 128_000, 200_000, 256_000, 272_000, 512_000)
SIZES = [1, 17, 1000, 20_000, 900_000] + [size + step for size in THRESHOLDS for step in (-1, 0, 1)]
# The code has one calculator for each cloud, the list several providers.
CLOUDS = {"vertex_ai": "vertex_ai", "bedrock": "bedrock"}
NOW = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def priced(model, part):
    """Say whether any price is about the part."""
    return any(part in field for field in model)


def maybe(rng, condition, limit):
    """Make up a number for half of the calls that can have it."""
    return rng.randrange(limit) if condition and limit > 0 and rng.random() < 0.6 else 0


def input_parts(model, rng):
    """Make up what goes in, as disjoint parts."""
    parts = {
        "cached": maybe(rng, True, 5000),
        "written": maybe(rng, priced(model, "cache_creation_input_token_cost"), 4000),
        "audio": maybe(rng, priced(model, "input_cost_per_audio_token"), 2000),
        "image": maybe(rng, priced(model, "input_cost_per_image_token"), 2000),
        "video": maybe(rng, priced(model, "input_cost_per_video_token"), 2000),
    }
    text = rng.choice(SIZES) if rng.random() < 0.7 else rng.randrange(1, 600_000)
    rest = sum(parts.values())
    # All input together, and not the text alone, is to meet thresholds.
    parts["text"] = text - rest if text > rest and rng.random() < 0.5 else text
    return parts


def output_parts(model, rng):
    """Make up what comes out, as disjoint parts. xAI's reasoning is counted beside its output."""
    if model.get("mode") == "embedding":
        return {"text": 0, "audio": 0, "image": 0, "video": 0, "reasoning": 0}
    return {
        "text": rng.randrange(1, 4000),
        "audio": maybe(rng, priced(model, "output_cost_per_audio_token"), 2000),
        "image": maybe(rng, priced(model, "output_cost_per_image_token"), 2000),
        "video": maybe(rng, priced(model, "output_cost_per_video_token"), 2000),
        "reasoning": maybe(rng, model["litellm_provider"] != "xai", 2000),
    }


def usage_for(model, rng):
    """Make up a call, for the code and for the test."""
    into, out = input_parts(model, rng), output_parts(model, rng)
    hour = rng.randint(0, into["written"]) if priced(model, "_above_1hr") else 0
    cached_audio = maybe(rng, priced(model, "cache_read_input_audio"), into["cached"])
    details = PromptTokensDetailsWrapper(
        cached_tokens=into["cached"],
        audio_tokens=into["audio"] + cached_audio or None,
        image_tokens=into["image"] or None,
        video_tokens=into["video"] or None,
        text_tokens=into["text"] + (into["cached"] - cached_audio if cached_audio else 0),
        cache_creation_tokens=into["written"] or None,
        cache_creation_token_details=CacheCreationTokenDetails(
            ephemeral_5m_input_tokens=into["written"] - hour, ephemeral_1h_input_tokens=hour
        ),
    )
    if cached_audio:
        details.cached_tokens_details = {"audio_tokens": cached_audio, "text_tokens": into["cached"] - cached_audio}
    total_in, total_out = sum(into.values()), sum(out.values())
    usage = Usage(
        prompt_tokens=total_in,
        completion_tokens=total_out,
        total_tokens=total_in + total_out,
        prompt_tokens_details=details,
        completion_tokens_details=CompletionTokensDetailsWrapper(
            text_tokens=out["text"],
            audio_tokens=out["audio"] or None,
            image_tokens=out["image"] or None,
            video_tokens=out["video"] or None,
            reasoning_tokens=out["reasoning"] or None,
        ),
    )
    parts = {
        "input_tokens": total_in, "output_tokens": total_out, "cache_read_tokens": into["cached"],
        "cache_audio_read_tokens": cached_audio, "cache_write_tokens": into["written"], "cache_write_1h_tokens": hour,
        "input_audio_tokens": into["audio"] + cached_audio, "input_image_tokens": into["image"],
        "input_video_tokens": into["video"], "output_audio_tokens": out["audio"], "output_image_tokens": out["image"],
        "output_video_tokens": out["video"], "output_reasoning_tokens": out["reasoning"],
    }  # fmt: skip
    return usage, {key: value for key, value in parts.items() if value}


def place_for(model, tier, usage, rng):
    """Choose region and speed; what the code wants as arguments, and what the case says."""
    extra, case = {}, {}
    multipliers = model.get("provider_specific_entry") or {}
    if model["litellm_provider"] == "anthropic" and tier != "batch":
        if "us" in multipliers and rng.random() < 0.5:
            usage.inference_geo = case["region"] = "us"
        if "fast" in multipliers and rng.random() < 0.5:
            usage.speed = case["speed"] = "fast"
    if "regional_processing_uplift_multiplier_eu" in model and rng.random() < 0.5:
        extra["data_residency"] = case["region"] = rng.choice(["us", "eu"])
    if "regional_endpoint_uplift_multiplier" in model and rng.random() < 0.5:
        extra["vertex_location"] = case["region"] = rng.choice(["us-east5", "global", "eu"])
    return extra, case


def case_for(key, model, rng):
    """Ask LiteLLM what a made-up call costs."""
    provider = model["litellm_provider"]
    cloud = next((name for prefix, name in CLOUDS.items() if provider.startswith(prefix)), provider)
    cloud = provider if provider == "bedrock_mantle" else cloud
    tier = rng.choice([None, None] + [tier for tier, suffix in TIERS.items() if priced(model, suffix)])
    usage, parts = usage_for(model, rng)
    extra, place = place_for(model, tier, usage, rng)
    if tier == "batch":
        costs = batch_cost_calculator(usage, key, custom_llm_provider=cloud, **extra)
    else:
        costs = cost_per_token(model=key, usage_object=usage, custom_llm_provider=cloud, service_tier=tier, **extra)
    case = {"provider": provider, "model": key, "time": NOW, "usage": parts, "tier": tier, **place, "total": sum(costs)}
    return {name: value for name, value in case.items() if value is not None}


def main():
    """Write the cases."""
    rng = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 42)
    calls = int(sys.argv[3]) if len(sys.argv) > 3 else 6
    models = {
        key: model
        for key, model in sorted(litellm.model_cost.items())
        if key != "sample_spec"
        and model.get("litellm_provider")
        and model.get("mode") in MODES
        and (model.get("input_cost_per_token") or model.get("output_cost_per_token") or model.get("tiered_pricing"))
    }
    cases = [case_for(key, model, rng) for key, model in models.items() for _ in range(calls)]
    pathlib.Path(sys.argv[1]).write_text(json.dumps(cases))
    print(len(cases), "cases of", len(models), "models")


main()
