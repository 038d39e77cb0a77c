"""Requests that schemathesis makes of the OpenAPI document, against a service that runs.

What must hold: no 500; every answer with a status, media type, headers and body that the document
names; what breaks a schema is refused, and what keeps to it is not.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.request import urlopen

# A picture is bytes to the document: which of them are an image, and a film, it cannot say.
# A stream of lines says in its lines what is wrong with an image.
_CONFIG = """
[dictionaries.name]
values = [{name}]
[dictionaries.version]
values = [{version}]
[parameters]
"path.name" = {{ dictionary = "name", probability = 0.7 }}
"path.version" = {{ dictionary = "version", probability = 0.7 }}
"query.version" = {{ dictionary = "version", probability = 0.7 }}

[[operations]]
include-operation-id = "predict"
checks.positive_data_acceptance.expected-statuses = ["2xx", 404, 413, 415, 422, 503]

# In a form all is bytes: what is no list of files to the document is a file all the same.
[[operations]]
include-operation-id = "predictBatch"
checks.negative_data_rejection.expected-statuses = ["2xx", "4xx", 503]

[[operations]]
include-operation-id = ["oipInfer", "oipInferVersion"]
checks.positive_data_acceptance.expected-statuses = ["2xx", 400, 404, 413, 415, 422, 503]
"""


def run(url: str, seconds: float, seed: int, examples: int = 100) -> tuple[int, str]:
    """Try every operation of the service at `url`, which must be ready.

    Args:
        seconds: about how long; every operation has its examples within it or is cut short.
        examples: requests of each operation in each phase, at most.

    Returns:
        How many faults were found or kept it from looking, and what it said; each fault is told
        with the curl command that shows it again.
    """
    with tempfile.TemporaryDirectory(prefix="schemathesis-") as folder:
        config = Path(folder, "schemathesis.toml")
        name, version = _default_model(url)
        config.write_text(_CONFIG.format(name=json.dumps(name), version=json.dumps(version)))
        command = [
            *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(config), "--no-color"),
            *("run", f"{url}/openapi.json", "--checks", "all", "--continue-on-failure"),
            *("--seed", str(seed), "--max-examples", str(examples)),
            *("--max-time", str(round(seconds))),
        ]
        ended = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    return ended.returncode, ended.stdout + ended.stderr


def _default_model(url: str) -> tuple[str, str]:
    with urlopen(f"{url}/models") as answer:  # noqa: S310 - the service under test
        version = json.load(answer)["default"]
    with urlopen(f"{url}/models/{version}") as answer:  # noqa: S310
        return json.load(answer)["manifest"]["name"], version
