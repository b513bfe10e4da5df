"""Answers the host's calls of predict functions."""

from componentize_py_types import Err
from wit_world.exports import predictors as _exports

from scorebox._guest.errors import sent_error
from scorebox._json import write_json
from scorebox._plugin import Plugin
from scorebox._randomness import reseeding


def predictors(plugin: Plugin) -> type:
    """The class that a component exports for the predict functions of a plugin."""
    reseed = reseeding()

    class Predictors:
        """The interface `predictors` of the contract."""

        def describe(self) -> list[_exports.PredictorInfo]:
            """Lists the predict functions."""
            return [
                _exports.PredictorInfo(
                    name=predictor.name,
                    summary=predictor.summary,
                    config_schema=write_json(predictor.config.schema, "the schema of the config"),
                )
                for predictor in plugin.predictors.values()
            ]

        def predict(self, predictor: str, config: str, inputs: str) -> str:
            """Answers one example's inputs."""
            try:
                if reseed is not None:
                    reseed()
                return plugin.predict(predictor, config, inputs)
            except BaseException as exception:
                raise Err(sent_error(exception)) from None

    return Predictors
