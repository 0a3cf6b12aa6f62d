"""What a `.keras` file may do on loading: build what Keras and this package know, and run no code."""

import json
import zipfile
from pathlib import Path

import keras
import numpy as np
import pytest
from tiny import LATENT, tiny_gan

import keras_gan as kg

pytestmark = pytest.mark.backend
RAN = []


def with_lambda():
    """A GAN whose generator holds a Python lambda that leaves a trace when it runs."""
    z = keras.Input((LATENT,))
    x = keras.layers.Lambda(lambda z: (RAN.append(1), z)[1], output_shape=(LATENT,))(z)
    return kg.GAN(keras.Model(z, keras.layers.Dense(2)(x)), tiny_gan().discriminator, seed=3)


def test_a_plain_gan_loads_with_safe_mode_on(tmp_path):
    gan = tiny_gan(dropout=0.1, loss=kg.NonSaturating(real_label=0.9))
    gan.save(tmp_path / "gan.keras")
    loaded = keras.models.load_model(tmp_path / "gan.keras", safe_mode=True)
    np.testing.assert_array_equal(loaded.sample(3, seed=1), gan.sample(3, seed=1))


def test_a_lambda_in_a_file_is_refused_and_does_not_run(tmp_path):
    with_lambda().save(tmp_path / "gan.keras")
    RAN.clear()
    with pytest.raises(ValueError, match="disallowed by default"):
        keras.models.load_model(tmp_path / "gan.keras")
    assert RAN == []


def test_only_the_caller_can_turn_safe_mode_off(tmp_path):
    with_lambda().save(tmp_path / "gan.keras")
    loaded = keras.models.load_model(tmp_path / "gan.keras", safe_mode=False, custom_objects={"RAN": RAN})
    assert isinstance(loaded, kg.GAN)
    for path in Path(kg.__file__).parent.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert "safe_mode" not in text, path
        assert "unsafe" not in text, path
        assert "allow_pickle=True" not in text, path


@pytest.mark.parametrize("part", ["loss", "generator"])
def test_a_class_from_elsewhere_in_a_file_is_refused(part, tmp_path):
    tiny_gan().save(tmp_path / "gan.keras")
    touched = tmp_path / "ran"
    foreign = {
        "module": "subprocess",
        "class_name": "Popen",
        "config": {"args": ["touch", str(touched)]},
        "registered_name": None,
    }
    with zipfile.ZipFile(tmp_path / "gan.keras") as file:
        contents = {name: file.read(name) for name in file.namelist()}
    config = json.loads(contents["config.json"])
    config["config"][part] = foreign
    contents["config.json"] = json.dumps(config).encode()
    with zipfile.ZipFile(tmp_path / "forged.keras", "w") as file:
        for name, content in contents.items():
            file.writestr(name, content)
    with pytest.raises((TypeError, ValueError), match="Could not locate class 'Popen'"):
        keras.models.load_model(tmp_path / "forged.keras")
    assert not touched.exists()
