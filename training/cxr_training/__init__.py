"""Training and evaluation; shares decoding, preprocessing and network with the service."""

# First of all, because Lightning imports torchmetrics, which imports torchvision.
from cxr_training import torchvision_cpu as torchvision_cpu
