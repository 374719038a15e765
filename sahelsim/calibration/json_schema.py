"""JSON Schema of calibrations, for editors."""

from __future__ import annotations

import json

from sahelsim.calibration.schema import Calibration

__all__ = ["calibration_schema_text"]


def calibration_schema_text() -> str:
    """The schema as indented JSON, the same for the same version."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **Calibration.model_json_schema(),
        "title": "sahelsim calibration",
        "description": "A calibration of sahelsim. That scenario and patterns exist is checked by the command.",
    }
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"
