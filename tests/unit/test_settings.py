"""Settings: names, presets and what is refused."""

from pathlib import Path

import pytest

from tieline.settings import Settings, WrongSetting, load

OFF = (0.0, 0)


@pytest.mark.parametrize(
    ("given", "requests"),
    [
        ({}, OFF),
        ({"profile": "production"}, (50.0, 2500)),
        ({"profile": "production", "request_limit": "off"}, OFF),
        ({"request_limit": "standard"}, (2.0, 50)),
        ({"request_limit": "enterprise"}, (5.0, 250)),
        ({"request_limit": "0.5/1"}, (0.5, 1)),
    ],
)
def test_requests_are_limited_by_profile_tariff_or_numbers(given: dict, requests: tuple[float, int]) -> None:
    assert load(given).requests == requests


@pytest.mark.parametrize(
    ("given", "operating"),
    [
        ({}, (0.0, 600)),
        ({"profile": "production"}, (0.0, 600)),
        ({"operating_limit": "on"}, (420.0, 600)),
        ({"operating_limit": "480"}, (480.0, 600)),
        ({"operating_limit": "0.001/5"}, (0.001, 5)),
        ({"operating_limit": "off"}, (0.0, 600)),
    ],
)
def test_operating_time_is_limited_where_asked_for(given: dict, operating: tuple[float, int]) -> None:
    assert load(given).operating == operating


WRONG = ["x", "2", "0/50", "2/0", "-1/50", "2/-1", "nan/5", "inf/5", "2/x", "2/5/7", "/", "2/1.5", "2/" + "9" * 400]


@pytest.mark.parametrize("value", WRONG)
@pytest.mark.parametrize("name", ["request_limit", "operating_limit"])
def test_limit_that_is_none_is_told(name: str, value: str) -> None:
    if (name, value) == ("operating_limit", "2"):
        value = "-2"
    with pytest.raises(WrongSetting, match=f"{name} is off, .* not {value}"):
        load({name: value})


def test_limits_come_from_the_environment_and_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    config = tmp_path / "tieline.toml"
    config.write_text('request-limit = "standard"\noperating-limit = 30\n')
    assert load({}, config).requests == (2.0, 50)
    assert load({}, config).operating == (30.0, 600)
    monkeypatch.setenv("TIELINE_REQUEST_LIMIT", "enterprise")
    monkeypatch.setenv("TIELINE_OPERATING_LIMIT", "")
    assert load({}, config).requests == (5.0, 250)
    assert load({}, config).operating == (0.0, 600)
    assert load({"request_limit": "1/1"}, config).requests == (1.0, 1)


def test_each_setting_says_what_it_is() -> None:
    for name, setting in Settings.__dataclass_fields__.items():
        assert setting.metadata["doc"].endswith("."), name
