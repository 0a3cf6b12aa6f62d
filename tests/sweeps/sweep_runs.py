"""What `test_sweep.py` runs here and in processes of its own."""

import os
import signal
import sys
from pathlib import Path
from time import sleep

import keras
import numpy as np

import keras_gan as kg


def product(seed, width, folder=None):
    """A run without training, which leaves a file that says it ran."""
    if folder is not None:
        path = Path(folder, f"{width}-{seed}")
        path.write_text(path.read_text() + "again" if path.exists() else "once")
    return {"product": np.float64(width * seed), "both": np.asarray([width, seed])}


def fails_at_two(seed, width):
    if seed == 2:
        raise ArithmeticError("two is not liked")
    return {"product": width * seed}


def train(seed, width):
    data = kg.ring(num_train=256, num_test=100)
    gan = kg.GAN(
        kg.mlp_generator(4, (2,), widths=(width,), seed=seed),
        kg.mlp_discriminator((2,), widths=(width,), seed=seed),
        seed=seed,
    )
    gan.compile(generator_optimizer="sgd", discriminator_optimizer="sgd")
    gan.fit(data.train, batch_size=32, epochs=2, verbose=0)
    return {"kl": kg.mode_report(gan.sample(100, seed=0), data).kl, "weight": gan.generator.get_weights()[0]}


LIMITS = (
    *("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"),
    *("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "PJRT_NPROC"),
)


def surroundings(seed):
    """The limits that a library finds when it starts, and the threads there are once Keras has computed."""
    keras.ops.convert_to_numpy(keras.ops.ones((64, 64)) @ keras.ops.ones((64, 64)))
    return {
        "limits": ",".join(os.environ.get(name, "none") for name in LIMITS),
        "threads": len(os.listdir("/proc/self/task")) if os.path.isdir("/proc/self/task") else 0,
        "pid": os.getpid(),
    }


def killed_at_three(seed, folder):
    """Dies without a word the first time that it comes to seed 3."""
    mark = Path(folder, "died")
    if seed == 3 and not mark.exists():
        mark.touch()
        sleep(0.5)
        os.kill(os.getpid(), signal.SIGKILL)
    Path(folder, f"ran-{seed}-{mark.exists()}").touch()
    return {"double": 2 * seed}


def slow(seed, folder):
    """Ends at once for seed 0; for others, says who it is and takes its time."""
    if seed and not Path(folder, "quick").exists():
        Path(folder, f"pid-{os.getpid()}").touch()
        sleep(120)
    return {"double": 2 * seed}


if __name__ == "__main__":  # python sweep_runs.py FOLDER: what tests interrupt and kill
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job ignores it
    from sweep_runs import slow  # under the name that the tests know it by

    file = Path(sys.argv[1], "kept.jsonl")
    kg.sweep(slow, [{"folder": sys.argv[1]}], range(4), num_workers=2, file=file)
