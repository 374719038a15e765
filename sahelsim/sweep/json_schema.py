"""JSON Schema of experiments, for editors."""

from __future__ import annotations

import json

from sahelsim.sweep.schema import Experiment

__all__ = ["experiment_schema_text"]


def experiment_schema_text() -> str:
    """The schema as indented JSON, the same for the same version."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **Experiment.model_json_schema(),
        "title": "sahelsim experiment",
        "description": "A sweep of sahelsim. That factors lead somewhere and their values fit is checked by "
        "`sahelsim sweep plan`.",
    }
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"
