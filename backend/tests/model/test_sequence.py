"""The network: its two halves, its padding, its size."""

from __future__ import annotations

import pytest
import torch
from pydantic import ValidationError
from torch import nn

from cxr_severity.model.manifest import MAX_WEIGHTS_BYTES
from cxr_severity.model.networks.configs import SequenceConfig
from cxr_severity.model.networks.constants import FEATURES
from cxr_severity.model.networks.sequence import SequenceNet
from cxr_severity.model.reference.networks import pack_network


def test_features_and_head_make_up_the_network() -> None:
    network = SequenceNet(SequenceConfig()).eval()
    x = torch.randn(2, 3, 224, 224)
    with torch.no_grad():
        maps = network.features(x)
        assert [part.shape for part in maps] == [(2, FEATURES, 7, 7)]
        output = network.read(maps)
        assert output.logits.shape == (2, 3)
        assert output.zones.shape == (2, 6)
        torch.testing.assert_close(network(x), output)


def test_the_sequence_has_an_order() -> None:
    """A transposed grid is another sequence: the LSTM reads, it does not pool."""
    network = SequenceNet(SequenceConfig()).eval()
    features = torch.randn(1, FEATURES, 7, 7)
    with torch.no_grad():
        upright, turned = (network.read((x,)) for x in (features, features.transpose(2, 3)))
    assert not torch.allclose(upright.pooled, turned.pooled, atol=1e-5)


def test_without_the_sequence_order_does_not_matter() -> None:
    network = SequenceNet(SequenceConfig(sequence="none")).eval()
    features = torch.randn(1, FEATURES, 7, 7)
    with torch.no_grad():
        upright, turned = (network.read((x,)) for x in (features, features.transpose(2, 3)))
    torch.testing.assert_close(upright.pooled, turned.pooled, rtol=1e-4, atol=1e-5)


def test_symmetric_padding_is_plain_padding() -> None:
    """The stem must compute what a plain padded convolution computes with the same weights."""
    network = SequenceNet(SequenceConfig(padding="symmetric")).eval()
    stem = network.backbone._conv_stem
    plain = nn.Conv2d(3, 32, 3, stride=2, padding=1, bias=False)
    plain.weight.data = stem.weight.data
    x = torch.randn(1, 3, 224, 224)
    with torch.no_grad():
        torch.testing.assert_close(stem(x), plain(x))
        other = SequenceNet(SequenceConfig(padding="tensorflow")).backbone._conv_stem
        other.weight.data = stem.weight.data
        assert not torch.allclose(stem(x), other(x))


def test_batch_norm_eps_reaches_every_layer() -> None:
    network = SequenceNet(SequenceConfig(batch_norm_eps=1e-5))
    norms = [m for m in network.modules() if isinstance(m, nn.BatchNorm2d)]
    assert len(norms) == 49
    assert {norm.eps for norm in norms} == {1e-5}


def test_half_precision_weights_fit_the_limit() -> None:
    assert len(pack_network(SequenceNet(SequenceConfig()))) <= MAX_WEIGHTS_BYTES


def test_unknown_configuration_is_refused() -> None:
    with pytest.raises(ValidationError, match="hiden_size"):
        SequenceConfig.model_validate({"hiden_size": 64})
