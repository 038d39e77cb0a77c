"""COVID-19 severity from chest radiographs: decoding, model, explanation and service."""

__version__ = "0.1.0"
