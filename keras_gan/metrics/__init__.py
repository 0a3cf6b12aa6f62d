"""Numbers about samples alone, each beside the best value that it can have."""

from keras_gan.metrics.classes import (
    ClassReport,
    class_kl,
    class_report,
    classifier_score,
    expected_classes,
    kl_floor,
)
from keras_gan.metrics.classifier import Classifier, load_classifier
from keras_gan.metrics.distances import frechet_distance, kernel_distance
from keras_gan.metrics.modes import (
    ModeReport,
    high_quality_ceiling,
    high_quality_share,
    kl_to_weights,
    mode_report,
    modes_captured,
)
from keras_gan.metrics.neighbours import Memorisation, NeighbourScores, memorisation, neighbour_scores
from keras_gan.metrics.report import SampleReport, Score, sample_report

__all__ = [
    "ClassReport",
    "Classifier",
    "Memorisation",
    "ModeReport",
    "NeighbourScores",
    "SampleReport",
    "Score",
    "class_kl",
    "class_report",
    "classifier_score",
    "expected_classes",
    "frechet_distance",
    "high_quality_ceiling",
    "high_quality_share",
    "kernel_distance",
    "kl_floor",
    "kl_to_weights",
    "load_classifier",
    "memorisation",
    "mode_report",
    "modes_captured",
    "neighbour_scores",
    "sample_report",
]
