"""Response models: the chance that a journey converts, given how often it met each channel. By scikit-learn.

`logistic`: log-odds = intercept + sum over channels met of (a_c + b_c log times), ridge on all but the intercept.
`boosting`: gradient-boosted trees on the times themselves, which may interact.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hongmao.attribution.paths.data_driven.bags import Bags
    from hongmao.attribution.paths.replicates import Floats

RIDGE = 1.0
"""Weight of the penalty: half the squared coefficients against the summed log loss of all journeys."""
NEWTON_FEATURES_MAX = 400
"""Above this a Hessian costs more than the steps it saves."""
TREES = 100
LEAVES = 15
SHRINKAGE = 5.0
"""What a leaf's weight, the sum of p (1 - p) over its journeys, is held against."""


class Response(Protocol):
    """A fitted model that can be asked about parts of bags."""

    def chances(self, channel: NDArray[np.int64], times: NDArray[np.int64], inside: NDArray[np.bool_]) -> Floats:
        """Give the chance of conversion of bags of one size with parts of their channels taken away.

        `channel` and `times` have shape (bags, size); `inside`, shape (parts, size), says what stays. Shape (bags, parts).
        """
        ...


class Learner(Protocol):
    """Fits a response to bags, weighted by how many journeys converted and did not."""

    def fit(self, converted: Floats, lost: Floats) -> Response:
        """Fit once; both kinds of journey are there."""
        ...


def learner_named(name: str, bags: Bags, seed: int) -> Learner:
    """Give the learner for these bags."""
    return Boosting(bags, seed) if name == "boosting" else Logistic(bags)


class Logistic:
    """Fits the logistic response; a fit starts from the one before, which replicates gain by."""

    def __init__(self, bags: Bags) -> None:
        """Lay the features out: two per channel, whether it is met and the log of how often."""
        from scipy.sparse import csr_array  # noqa: PLC0415 - heavy, and only this model needs it
        from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - same

        features = 2 * bags.channels
        column = np.column_stack([bags.channel, bags.channels + bags.channel]).ravel()
        worth = np.column_stack([np.ones(len(bags.times)), np.log(bags.times)]).ravel()
        self._met = csr_array((worth, column, 2 * bags.starts), shape=(bags.count, features))
        self._model: Any = LogisticRegression(
            C=1 / RIDGE,
            solver="newton-cholesky" if features <= NEWTON_FEATURES_MAX else "lbfgs",
            tol=1e-8,
            max_iter=1_000,
            warm_start=True,
        )

    def fit(self, converted: Floats, lost: Floats) -> Additive:
        """Fit to every bag twice: once as converted, once as not."""
        from scipy.sparse import vstack  # noqa: PLC0415 - as above

        won, missed = np.flatnonzero(converted), np.flatnonzero(lost)
        self._model.fit(
            vstack([self._met[won], self._met[missed]]),
            np.concatenate([np.ones(len(won)), np.zeros(len(missed))]),
            sample_weight=np.concatenate([converted[won], lost[missed]]),
        )
        met, more = np.split(self._model.coef_[0], 2)
        return Additive(float(self._model.intercept_[0]), met, more)


class Additive:
    """A response whose log-odds are a sum over channels."""

    def __init__(self, intercept: float, met: Floats, more: Floats) -> None:
        """Keep the coefficients: of a channel met, and of the log of how often."""
        self.intercept, self.met, self.more = intercept, met, more

    def chances(self, channel: NDArray[np.int64], times: NDArray[np.int64], inside: NDArray[np.bool_]) -> Floats:
        """Add up the log-odds of what is inside."""
        adds = self.met[channel] + self.more[channel] * np.log(times)
        chance: Floats = 1.0 / (1.0 + np.exp(-(self.intercept + adds @ inside.T.astype(np.float64))))
        return chance


class Boosting:
    """Fits gradient-boosted trees."""

    def __init__(self, bags: Bags, seed: int) -> None:
        """Lay the times out, a column per channel."""
        self._seed, self._channels = seed, bags.channels
        self._met = np.zeros((bags.count, bags.channels), np.float32)
        self._met[np.repeat(np.arange(bags.count), bags.sizes), bags.channel] = bags.times

    def fit(self, converted: Floats, lost: Floats) -> Trees:
        """Fit to every bag twice: once as converted, once as not."""
        from sklearn.ensemble import HistGradientBoostingClassifier  # noqa: PLC0415 - heavy, only this model needs it

        won, missed = np.flatnonzero(converted), np.flatnonzero(lost)
        model = HistGradientBoostingClassifier(
            max_iter=TREES,
            max_leaf_nodes=LEAVES,
            # A row stands for any number of journeys, so what a leaf needs is weight, not rows.
            min_samples_leaf=1,
            l2_regularization=SHRINKAGE,
            early_stopping=False,
            random_state=self._seed,
        )
        model.fit(
            np.concatenate([self._met[won], self._met[missed]]),
            np.concatenate([np.ones(len(won)), np.zeros(len(missed))]),
            sample_weight=np.concatenate([converted[won], lost[missed]]),
        )
        return Trees(model, self._channels)


class Trees:
    """A response that may be anything."""

    def __init__(self, model: Any, channels: int) -> None:
        """Keep the fitted trees."""
        self._model, self._channels = model, channels

    def chances(self, channel: NDArray[np.int64], times: NDArray[np.int64], inside: NDArray[np.bool_]) -> Floats:
        """Ask about every part of every bag."""
        bags, size = channel.shape
        parts = len(inside)
        met = np.zeros((bags * parts, self._channels), np.float32)
        row = np.repeat(np.arange(bags * parts), size)
        kept = times[:, None, :] * inside[None, :, :]
        met[row, np.repeat(channel, parts, axis=0).ravel()] = kept.ravel()
        chance: Floats = self._model.predict_proba(met)[:, 1].reshape(bags, parts)
        return chance
