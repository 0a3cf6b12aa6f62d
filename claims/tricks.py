"""The seventeen tricks of the list "How to train a GAN? Tips and tricks to make GANs work"."""

from claims.record import Untested

_LIST = "Chintala, Denton, Arjovsky and Mathieu, *How to train a GAN? Tips and tricks to make GANs work*"
_NO_SCORE = "on images it needs a score of samples, over seeds, which the ledger does not have yet."


def _trick(number: int, title: str, statement: str, reason: str) -> Untested:
    return Untested(
        id=f"T{number}", title=title, source=f"{_LIST}, number {number}.", statement=statement, reason=reason
    )


CLAIMS = (
    _trick(
        1,
        "Normalise the inputs",
        "Scale images to [-1, 1] and end the generator in a tanh.",
        """it is this course's convention. That the data reach no further than the last activation does is
        checked by `fit`, which refuses others.""",
    ),
    _trick(
        2,
        "A modified loss",
        "Maximise log D(G(z)) rather than minimise log(1 - D(G(z))), whose gradient vanishes early.",
        """as a whole it is not tested. C2 tests the reason given, C4 where it does not hold, and B3 that the
        loss brings no convergence.""",
    ),
    _trick(3, "A spherical z", "Draw z from a normal distribution, not from a uniform one.", _NO_SCORE),
    _trick(
        4,
        "Batch normalisation, real and fake apart",
        "Batches hold real samples alone or fakes alone; else use instance normalisation.",
        """here real and fake always pass through the discriminator apart, so there is nothing to compare
        with.""",
    ),
    _trick(5, "Avoid sparse gradients", "Leaky ReLU, strided convolutions; no ReLU, no pooling.", _NO_SCORE),
    _trick(
        6,
        "Soft and noisy labels",
        "Real labels from 0.7 to 1.2, fake ones from 0 to 0.3; flip labels now and then.",
        """labels above 1 and the flips are outside of what the losses here allow: with a target above 1 the
        cross-entropy has no lower bound where only real samples lie.""",
    ),
    _trick(
        7,
        "DCGAN, or a hybrid",
        "Use a DCGAN when you can, else KL + GAN or VAE + GAN.",
        "it is no claim that a run could refute.",
    ),
    _trick(
        8,
        "Stability tricks from reinforcement learning",
        "Show old fakes now and then; swap in old players.",
        "the training loop has no replay, and none is planned.",
    ),
    _trick(
        9,
        "Adam",
        "Adam for the generator, SGD for the discriminator.",
        "the ring could tell; its test is still to be written.",
    ),
    _trick(
        10,
        "Track failures early",
        "A discriminator loss of 0 is a failure, and so are gradient norms over 100.",
        """these are signs, not remedies. C2 shows the first one: there the generator gets no gradient from
        the saturating loss, and more from the other.""",
    ),
    _trick(
        11,
        "No balance by statistics",
        "Do not look for a schedule of generator and discriminator steps by their losses.",
        "that nobody found a good schedule is nothing that a run could refute.",
    ),
    _trick(12, "Use labels", "With labels, let the discriminator classify the samples too.", _NO_SCORE),
    _trick(
        13,
        "Noise on the inputs",
        "Add noise to what the discriminator reads, and let it decay.",
        """as a whole it is not tested. C5 tests that noise keeps the gradient, B2 that it makes the
        smallest GAN converge; neither lets it decay.""",
    ),
    _trick(
        14,
        "Train the discriminator more",
        "Sometimes, above all with noise (the list: not sure).",
        "the list gives no case to test.",
    ),
    _trick(
        15,
        "Batch discrimination",
        "Mixed results (the list: not sure).",
        """mixed results are nothing that a run could refute. A1 tests packs, the same idea, and A8 the
        minibatch deviation, its simpler relative.""",
    ),
    _trick(
        16,
        "Discrete variables in conditional GANs",
        "An embedding of few dimensions, as additional channels.",
        _NO_SCORE,
    ),
    _trick(17, "Dropout in the generator", "At 50 %, in training and in sampling.", _NO_SCORE),
)
