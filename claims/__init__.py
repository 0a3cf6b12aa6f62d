"""The ledger: claims about GANs, each with its source, a test fixed beforehand, and what came out."""

from claims.ledger import check

__all__ = ["check"]
