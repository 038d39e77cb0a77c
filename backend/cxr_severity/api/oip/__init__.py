"""The Open Inference Protocol, version 2, as KServe and Triton clients speak it over HTTP."""
