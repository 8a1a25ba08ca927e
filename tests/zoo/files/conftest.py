"""Every test of files runs with both parsers: libyaml, and PyYAML's own, which takes over where libyaml is
missing.
"""

from collections.abc import Iterator

import pytest
import yaml

from zoo.files import compose

PARSERS = {"libyaml": yaml.CSafeLoader, "python": yaml.SafeLoader}


@pytest.fixture(scope="module", autouse=True, params=PARSERS)
def parser(request: pytest.FixtureRequest) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compose, "LOADER", PARSERS[request.param])
        yield request.param
