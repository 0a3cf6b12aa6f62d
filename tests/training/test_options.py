"""The options of a GAN: what cannot be played is refused before a network is touched."""

import pytest
from tiny import tiny_gan

pytestmark = pytest.mark.backend


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"loss": "hinje"}, "Did you mean 'hinge'"),
        ({"loss": "wasserstein"}, "unconstrained=True"),
        ({"loss": "wasserstein", "penalty": ["r1", "dragan"]}, "kept 1-Lipschitz"),
        ({"latent": "gaussian"}, "`latent` is one of"),
        ({"discriminator_steps": 0}, "positive integer"),
        ({"update": "simultaneous", "discriminator_steps": 2}, "moves each player once"),
        ({"seed": -1}, "`seed`"),
        ({"instance_noise": 0.1}, "`instance_noise` is a record"),
        ({"unrolled_steps": -1}, "`unrolled_steps`"),
        ({"average": 1.0}, "`average`"),
        ({"average": True}, "`average`"),
    ],
)
def test_bad_options_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        tiny_gan(**options)
