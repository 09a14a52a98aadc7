"""Make prices.json and cases.json: a selection of models, and what LiteLLM's own code says that calls of them cost.

Run it where the package is installed:

    pip install litellm && python3 generate.py

Left out are providers whose prices LiteLLM keeps in code rather than in the list (Perplexity), and Fireworks' service
tiers, which its code does not look at.
"""

import json
import logging
import os
import pathlib
import random

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

HERE = pathlib.Path(__file__).parent
PROVIDERS = {
    "openai": 14, "anthropic": 14, "gemini": 10, "vertex_ai-language-models": 4, "vertex_ai-anthropic_models": 3,
    "bedrock_converse": 6, "azure": 6, "azure_ai": 3, "xai": 6, "mistral": 4, "deepseek": 2, "groq": 3, "cohere_chat": 2,
    "dashscope": 6, "minimax": 2, "moonshot": 2, "together_ai": 2, "openrouter": 2, "databricks": 2, "sail": 2,
}  # fmt: skip
TIERS = {"flex": "_flex", "priority": "_priority", "ultrafast": "_ultrafast", "balanced": "_balanced", "batch": "_batches"}
SIZES = [1, 17, 1000, 20000, 128000, 199999, 200000, 200001, 272000, 272001, 400000]


def price_fields(model):
    """Keep what is about prices; the rest is long."""
    words = ("cost", "pricing", "multiplier", "provider_specific_entry")
    kept = {key: value for key, value in model.items() if any(word in key for word in words)}
    return {"litellm_provider": model["litellm_provider"], "mode": model["mode"], **kept}


def selection():
    """Choose models by how much their prices depend on."""
    chosen = {}
    for provider, count in PROVIDERS.items():
        models = {
            key: price_fields(model)
            for key, model in litellm.model_cost.items()
            if model.get("litellm_provider") == provider
            and model.get("mode") in ("chat", "responses")
            and (model.get("input_cost_per_token") or model.get("tiered_pricing"))
        }
        ranked = sorted(models, key=lambda key: (-len(models[key]), key))
        chosen.update({key: models[key] for key in ranked[:: max(1, len(ranked) // (3 * count))][:count]})
    return chosen


def usage_for(model, rng):
    """Make up a call. Totals include their parts."""
    parts = {}
    text = rng.choice(SIZES)
    cached = rng.randrange(3000) if rng.random() < 0.6 else 0
    written = rng.randrange(3000) if "cache_creation_input_token_cost" in model and rng.random() < 0.5 else 0
    hour = rng.randint(0, written) if "cache_creation_input_token_cost_above_1hr" in model else 0
    audio = rng.randrange(2000) if "input_cost_per_audio_token" in model and rng.random() < 0.4 else 0
    output = rng.randrange(4000)
    reasoning = rng.randint(0, output) if model["litellm_provider"] != "xai" and rng.random() < 0.5 else 0
    total = text + cached + written + audio
    parts = {
        "input_tokens": total, "output_tokens": output, "cache_read_tokens": cached, "cache_write_tokens": written,
        "cache_write_1h_tokens": hour, "input_audio_tokens": audio, "output_reasoning_tokens": reasoning,
    }  # fmt: skip
    usage = Usage(
        prompt_tokens=total,
        completion_tokens=output,
        total_tokens=total + output,
        prompt_tokens_details=PromptTokensDetailsWrapper(
            cached_tokens=cached,
            audio_tokens=audio or None,
            text_tokens=text,
            cache_creation_tokens=written or None,
            cache_creation_token_details=CacheCreationTokenDetails(
                ephemeral_5m_input_tokens=written - hour, ephemeral_1h_input_tokens=hour
            ),
        ),
        completion_tokens_details=CompletionTokensDetailsWrapper(
            reasoning_tokens=reasoning or None, text_tokens=output - reasoning
        ),
    )
    return usage, {key: value for key, value in parts.items() if value}


def case_for(key, model, rng):
    """Ask LiteLLM what a made-up call costs."""
    provider = model["litellm_provider"]
    tiers = [None] + [tier for tier, suffix in TIERS.items() if any(field.endswith(suffix) for field in model)]
    tier = rng.choice(tiers)
    usage, parts = usage_for(model, rng)
    case = {"provider": provider, "model": key, "time": "2026-11-23T12:00:00Z", "usage": parts, "tier": tier}
    extra = {}
    multipliers = model.get("provider_specific_entry") or {}
    if provider == "anthropic" and tier != "batch":
        if "us" in multipliers and rng.random() < 0.5:
            usage.inference_geo = case["region"] = "us"
        if "fast" in multipliers and rng.random() < 0.5:
            usage.speed = case["speed"] = "fast"
    if "regional_processing_uplift_multiplier_eu" in model and rng.random() < 0.5:
        extra["data_residency"] = case["region"] = rng.choice(["us", "eu"])
    if tier == "batch":
        costs = batch_cost_calculator(usage, key, custom_llm_provider=provider, **extra)
    else:
        costs = cost_per_token(model=key, usage_object=usage, custom_llm_provider=provider, service_tier=tier, **extra)
    case["total"] = sum(costs)
    return {name: value for name, value in case.items() if value is not None}


def write(name, items):
    """One line for each item, for readable differences."""
    opening, closing = ("{", "}") if isinstance(items, dict) else ("[", "]")
    if isinstance(items, dict):
        lines = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in items.items()]
    else:
        lines = [json.dumps(item) for item in items]
    (HERE / name).write_text(opening + "\n" + ",\n".join(lines) + "\n" + closing + "\n")


def main():
    """Write both files."""
    rng = random.Random(42)
    models = selection()
    cases = [case_for(key, model, rng) for key, model in models.items() for _ in range(5)]
    write("prices.json", models)
    write("cases.json", cases)
    print(len(cases), "cases of", len(models), "models")


main()
